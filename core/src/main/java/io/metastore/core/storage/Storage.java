package io.metastore.core.storage;

import io.metastore.core.api.Meters;
import io.metastore.core.disk.FullDisk;
import io.metastore.core.disk.FullDisk.WaitEnded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
import org.rocksdb.CompactionOptionsUniversal;
import org.rocksdb.CompactionStyle;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.MutableColumnFamilyOptions;
import org.rocksdb.Options;
import org.rocksdb.RateLimiter;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksObject;
import org.rocksdb.TablePropertiesCollectorFactory;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The tables of one member on disk.
 *
 * <p>Durability: {@link #write} is atomic, but durable only after a later {@link #flush} or {@link
 * #checkpoint}. A crash undoes whole writes, newest first, never a part of one; therefore all
 * tables are flushed together.
 *
 * <p>While the disk is full, writes block, and a flush or checkpoint fails. Some seconds after
 * space is available again, RocksDB resumes by itself.
 *
 * <p>Threads: {@link #write} by the apply thread, {@link #edit} and {@link #discardRange} by the
 * compactor thread, the rest by any thread.
 */
public final class Storage implements Reader, AutoCloseable {
  static {
    RocksDB.loadLibrary();
  }

  private static final long BYTES_PER_SYNC = 1 << 20;

  /** For {@link #rewrite}. */
  public static final long UNLIMITED = 1L << 40;

  /** Enough to scan one table without opening a file twice. */
  private static final int READ_ONLY_FILES_MAX = 64;

  /**
   * Compression by level. The upper levels are rewritten soon, so compressing them costs more than
   * the space is worth.
   */
  private static final List<CompressionType> COMPRESSION =
      List.of(
          CompressionType.NO_COMPRESSION,
          CompressionType.NO_COMPRESSION,
          CompressionType.LZ4_COMPRESSION,
          CompressionType.LZ4_COMPRESSION,
          CompressionType.LZ4_COMPRESSION,
          CompressionType.LZ4_COMPRESSION,
          CompressionType.LZ4_COMPRESSION);

  /**
   * A file is compacted if it has this many deletions among {@link #DELETIONS_WINDOW} neighbouring
   * entries.
   */
  private static final long DELETIONS_TRIGGER = 8 << 10;

  private static final long DELETIONS_WINDOW = 32 << 10;

  /**
   * The size of the files that compactions write. Smaller than RocksDB's default: deleting
   * neighbouring keys then rewrites fewer others.
   */
  private static final long FILE_BYTES = 16L << 20;

  /** The tables that compactions rewrite; files of the change log are only moved. */
  private static final List<Table> PAUSABLE =
      List.of(Table.LATEST, Table.HISTORY, Table.SMALL, Table.ZNODES, Table.ZNODE_DATA);

  private final Path directory;
  private final RocksDB db;
  private final RateLimiter limiter = new RateLimiter(UNLIMITED);
  private final Map<Table, ColumnFamilyHandle> handles = new EnumMap<>(Table.class);
  private final WriteOptions writeOptions = new WriteOptions().setDisableWAL(true);
  private final List<RocksObject> owned = new ArrayList<>();

  /** Reference count: one for the owner and one for every open snapshot. */
  private final AtomicInteger users = new AtomicInteger(1);

  private final Runnable onClosed;

  /**
   * Recently written rows of the tables in which most writes replace a row that they read first.
   */
  private final Map<Table, RowCache> recent = new EnumMap<>(Table.class);

  /**
   * Known gaps by table. The change log needs none, because it is deleted from the front only; nor
   * does the data of znodes, which is never scanned. Owned by the writing thread.
   */
  private final Map<Table, GapTracker> gaps =
      new EnumMap<>(
          Map.of(
              Table.LATEST, new GapTracker(),
              Table.HISTORY, new GapTracker(),
              Table.SMALL, new GapTracker(),
              Table.ZNODES, new GapTracker()));

  /** Number of writes so far. Owned by the writing thread. */
  private long written;

  /** Owned by the writing thread. */
  private boolean compactionsPaused;

  /** How the files are used. */
  private enum Access {
    READ_WRITE,
    READ_ONLY
  }

  private Storage(Path directory, StorageOptions options, Access access, Runnable onClosed) {
    this.directory = directory.toAbsolutePath();
    this.onClosed = onClosed;
    for (Table table : List.of(Table.LATEST, Table.SMALL, Table.ZNODES)) {
      recent.put(table, new RowCache(options.rowCacheBytes()));
    }
    Cache cache = own(new LRUCache(options.cacheBytes()));
    // Read and overwritten all the time: leveled compaction keeps it compact.
    ColumnFamilyOptions current = familyOptions(cache, options).setCompressionPerLevel(COMPRESSION);
    // Written once, rarely read, deleted by compactions: rewriting the data level by level is not
    // worth it.
    ColumnFamilyOptions past =
        familyOptions(cache, options)
            .setCompressionPerLevel(COMPRESSION)
            .setCompactionStyle(CompactionStyle.UNIVERSAL);
    // Written in key order, so that files never overlap; universal compaction moves them without
    // rewriting. (Leveled compaction moves files too, but rewrites them at the bottom level.)
    ColumnFamilyOptions log =
        familyOptions(cache, options)
            .setCompressionType(CompressionType.LZ4_COMPRESSION)
            .setCompactionStyle(CompactionStyle.UNIVERSAL)
            .setCompactionOptionsUniversal(
                own(new CompactionOptionsUniversal()).setAllowTrivialMove(true));
    List<ColumnFamilyDescriptor> families = new ArrayList<>();
    families.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, current));
    for (Table table : Table.values()) {
      families.add(
          new ColumnFamilyDescriptor(
              table.columnFamily().getBytes(StandardCharsets.US_ASCII),
              switch (table) {
                case LATEST, SMALL, ZNODES, ZNODE_DATA -> current;
                case HISTORY -> past;
                case CHANGES -> log;
              }));
    }
    DBOptions dbOptions = dbOptions(options);
    List<ColumnFamilyHandle> opened = new ArrayList<>();
    try {
      Files.createDirectories(directory);
      this.db =
          switch (access) {
            case READ_WRITE -> RocksDB.open(dbOptions, directory.toString(), families, opened);
            case READ_ONLY ->
                RocksDB.openReadOnly(
                    openingFewFiles(dbOptions), directory.toString(), families, opened);
          };
    } catch (RocksDBException | IOException e) {
      throw new StorageException("cannot open the tables in " + directory, e);
    }
    opened.get(0).close(); // the default family: RocksDB requires it; nothing is stored there
    Iterator<ColumnFamilyHandle> openedTables = opened.listIterator(1);
    for (Table table : Table.values()) {
      handles.put(table, openedTables.next());
    }
  }

  /** Opens the tables in {@code directory}; creates those that are missing. */
  public static Storage open(Path directory, StorageOptions options) {
    return open(directory, options, () -> {});
  }

  /**
   * As {@link #open(Path, StorageOptions)}.
   *
   * @param onClosed called once the files are closed, on the thread that released the last
   *     reference
   */
  public static Storage open(Path directory, StorageOptions options, Runnable onClosed) {
    return new Storage(directory, options, Access.READ_WRITE, onClosed);
  }

  /**
   * Opens the tables of a member that does not run, without changing a file. Everything but reading
   * fails.
   */
  public static Storage openReadOnly(Path directory, StorageOptions options) {
    return new Storage(directory, options, Access.READ_ONLY, () -> {});
  }

  /**
   * By default RocksDB opens all files at once, with up to 16 new threads for each table. Only a
   * few values are read of a new checkpoint, while clients wait for the processors.
   */
  private static DBOptions openingFewFiles(DBOptions options) {
    return options.setMaxOpenFiles(READ_ONLY_FILES_MAX).setMaxFileOpeningThreads(1);
  }

  private DBOptions dbOptions(StorageOptions options) {
    return own(
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            // Without a write-ahead log, only an atomic flush of all tables keeps a crash from
            // losing half of a write.
            .setAtomicFlush(true)
            // Only one thread writes, so lock-free inserts would only add cost.
            .setAllowConcurrentMemtableWrite(false)
            .setDbWriteBufferSize(options.writeBufferBytes())
            .setMaxBackgroundJobs(2)
            // Files are written to disk while they grow. All at their end, they would make the
            // writes of the log wait.
            .setBytesPerSync(BYTES_PER_SYNC)
            .setRateLimiter(limiter)
            .setKeepLogFileNum(2)
            .setMaxLogFileSize(4 << 20)
            .setStatsDumpPeriodSec(0));
  }

  private ColumnFamilyOptions familyOptions(Cache cache, StorageOptions options) {
    BlockBasedTableConfig tableConfig =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            // Indexes and filters are stored in the block cache, so that memory stays bounded for
            // any number of keys.
            .setCacheIndexAndFilterBlocks(true)
            .setPinL0FilterAndIndexBlocksInCache(true)
            .setFormatVersion(5)
            .setFilterPolicy(own(new BloomFilter(10)));
    // Files with many deletions are compacted early. Otherwise scans would step over the deletions,
    // in particular after a restart, when no gaps are known yet.
    Options withCollector = own(new Options());
    withCollector.setTablePropertiesCollectorFactory(
        List.of(
            own(
                TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(
                    DELETIONS_WINDOW, DELETIONS_TRIGGER, /* deletion_ratio= */ 0))));
    return own(
        new ColumnFamilyOptions(withCollector)
            .setTableFormatConfig(tableConfig)
            .setWriteBufferSize(options.writeBufferBytes())
            .setTargetFileSizeBase(FILE_BYTES)
            .setMaxWriteBufferNumber(3)
            .setLevelCompactionDynamicLevelBytes(true)
            .setLevel0FileNumCompactionTrigger(8));
  }

  /** A snapshot of the current state; the caller closes it. It stays valid after {@link #close}. */
  public Snapshot snapshot() {
    users.incrementAndGet();
    return new Snapshot(this, db, Map.of(), /* write= */ 0);
  }

  /**
   * As {@link #snapshot}, but scans skip known gaps and report new ones. For the writing thread.
   */
  public Snapshot snapshotForScans() {
    users.incrementAndGet();
    Map<Table, Gaps> current = new EnumMap<>(Table.class);
    gaps.forEach((table, keeper) -> current.put(table, keeper.current()));
    return new Snapshot(this, db, current, written);
  }

  /** The number of snapshots that are not closed. Thread-safe. */
  public int openSnapshots() {
    return users.get() - 1;
  }

  /** An empty set of changes on top of the stored state. */
  public WriteSet newWriteSet() {
    return new WriteSet(new WriterView());
  }

  /** Makes all changes of {@code writes} visible at once. For the writing thread. */
  public void write(WriteSet writes) {
    Meters.TABLE_WRITES.time(() -> writeAll(writes));
  }

  private void writeAll(WriteSet writes) {
    BatchBytes bytes = new BatchBytes(writes.sizeBytes());
    for (Table table : Table.values()) {
      int family = handle(table).getID();
      // In key order, RocksDB finds the place of a row from the place of the one before.
      writes.forEachInOrder(
          table,
          (key, value) -> {
            if (value == null) {
              bytes.delete(family, key);
            } else {
              bytes.put(family, key, value);
            }
          });
    }
    try (WriteBatch batch = new WriteBatch(bytes.toBytes())) {
      write(batch);
    } catch (RocksDBException | WaitEnded e) {
      throw new StorageException("cannot write to the tables", e);
    }
    recent.forEach((table, rows) -> writes.forEachChange(table, rows::put));
    written++;
    gaps.forEach((table, keeper) -> keepGaps(table, keeper, writes));
  }

  /**
   * Pauses compactions until {@link #resumeCompactions}. For the writing thread, while it writes a
   * very large change: compactions would only compete with it for the CPU, because readers still
   * see the state before the change, so that nothing that it deletes can be dropped yet.
   */
  public void pauseCompactions() {
    if (!compactionsPaused) {
      compactionsPaused = true;
      MutableColumnFamilyOptions paused =
          MutableColumnFamilyOptions.builder().setDisableAutoCompactions(true).build();
      try {
        for (Table table : PAUSABLE) {
          db.setOptions(handle(table), paused);
        }
      } catch (RocksDBException e) {
        throw new StorageException("cannot pause compactions", e);
      }
    }
  }

  /** Ends a pause; does nothing if there is none. For the writing thread. */
  public void resumeCompactions() {
    if (compactionsPaused) {
      compactionsPaused = false;
      try {
        db.enableAutoCompaction(PAUSABLE.stream().map(this::handle).toList());
      } catch (RocksDBException e) {
        throw new StorageException("cannot resume compactions", e);
      }
    }
  }

  private void keepGaps(Table table, GapTracker keeper, WriteSet writes) {
    writes.forEachChange(
        table,
        (key, value) -> {
          if (value == null) {
            keeper.deleted(key);
          } else {
            keeper.put(key, written);
          }
        });
    keeper.takeOver();
  }

  void learned(Table table, Gaps.Gap gap, long write) {
    keeper(table).learned(gap, write);
  }

  /** For tests: whether a scan would skip this key. */
  boolean knownGap(Table table, byte[] key) {
    return keeper(table).current().containing(key) != null;
  }

  private GapTracker keeper(Table table) {
    GapTracker keeper = gaps.get(table);
    if (keeper == null) {
      throw new IllegalStateException("no gaps kept for " + table);
    }
    return keeper;
  }

  /**
   * Retries while the disk is full. This is safe, because a write that RocksDB refuses for lack of
   * space has changed nothing.
   */
  private void write(WriteBatch batch) throws RocksDBException, WaitEnded {
    FullDisk.<Boolean, RocksDBException>retry(
        directory,
        () -> {
          db.write(writeOptions, batch);
          return true;
        });
  }

  /**
   * Changes entries at once, in a way that is invisible to readers.
   *
   * @param replaced new values by key
   * @param discarded keys that no reader can reach any more
   */
  public void edit(Table table, Map<byte[], byte[]> replaced, Iterable<byte[]> discarded) {
    try (WriteBatch batch = new WriteBatch()) {
      for (Map.Entry<byte[], byte[]> entry : replaced.entrySet()) {
        batch.put(handle(table), entry.getKey(), entry.getValue());
      }
      for (byte[] key : discarded) {
        batch.delete(handle(table), key);
      }
      write(batch);
    } catch (RocksDBException | WaitEnded e) {
      throw new StorageException("cannot edit table " + table, e);
    }
  }

  /** Deletes all entries of a range; no reader may be able to reach them any more. */
  public void discardRange(Table table, byte[] from, byte[] to) {
    try (WriteBatch batch = new WriteBatch()) {
      batch.deleteRange(handle(table), from, to);
      write(batch);
    } catch (RocksDBException | WaitEnded e) {
      throw new StorageException("cannot delete from table " + table, e);
    }
  }

  @Override
  public byte @Nullable [] find(Table table, byte[] key) {
    try {
      return db.get(handle(table), key);
    } catch (RocksDBException e) {
      throw new StorageException("cannot read table " + table, e);
    }
  }

  @Override
  public Cursor scan(Table table, byte[] from, byte @Nullable [] to) {
    return new RocksCursor(
        db, handle(table), null, from, to, RocksCursor.Reading.OFTEN, Gaps.NONE, null);
  }

  /** Writes all tables to disk. When this returns, everything written before is durable. */
  public void flush() {
    try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
      db.flush(options, new ArrayList<>(handles.values()));
    } catch (RocksDBException e) {
      throw new StorageException("cannot flush the tables", e);
    }
  }

  /**
   * Makes a complete, durable copy of the tables in {@code target}, which must not exist. Data
   * files are hard links. Writes what has changed since the last {@link #flush}.
   */
  public void checkpoint(Path target) {
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      checkpoint.createCheckpoint(target.toString());
    } catch (RocksDBException e) {
      throw new StorageException("cannot write a checkpoint to " + target, e);
    }
  }

  /**
   * Rewrites the data files without obsolete entries, which frees their disk space. Reads and
   * writes continue meanwhile. Blocks for about as long as copying the files takes; not for the
   * thread that writes.
   *
   * @param bytesPerSecond maximum to write, or {@link #UNLIMITED}
   */
  public void rewrite(long bytesPerSecond) {
    try (CompactRangeOptions everything =
        new CompactRangeOptions()
            .setExclusiveManualCompaction(false)
            .setBottommostLevelCompaction(BottommostLevelCompaction.kForceOptimized)) {
      limiter.setBytesPerSecond(bytesPerSecond);
      for (Table table : Table.values()) {
        db.compactRange(handle(table), null, null, everything);
      }
    } catch (RocksDBException e) {
      throw new StorageException("rewrite", e);
    } finally {
      limiter.setBytesPerSecond(UNLIMITED);
    }
  }

  /**
   * Reads all data files and compares them with their checksums.
   *
   * @throws StorageException if a file is damaged
   */
  public void verifyChecksums() {
    try {
      db.verifyChecksum();
    } catch (RocksDBException e) {
      throw new StorageException("a data file is damaged", e);
    }
  }

  /** Bytes of all data files, including obsolete entries. */
  public long sizeBytes() {
    return sum("rocksdb.total-sst-files-size") + sum("rocksdb.cur-size-all-mem-tables");
  }

  /** Estimated bytes of the entries that are not obsolete. */
  public long liveBytes() {
    return sum("rocksdb.estimate-live-data-size") + sum("rocksdb.cur-size-all-mem-tables");
  }

  private long sum(String property) {
    try {
      return db.getAggregatedLongProperty(property);
    } catch (RocksDBException e) {
      throw new StorageException("cannot read the RocksDB property " + property, e);
    }
  }

  RocksDB db() {
    return db;
  }

  ColumnFamilyHandle handle(Table table) {
    ColumnFamilyHandle handle = handles.get(table);
    if (handle == null) {
      throw new IllegalStateException("no column family for " + table);
    }
    return handle;
  }

  /**
   * Releases the owner's reference. Nothing is flushed: what is lost is replayed from the Raft log.
   * The files are closed when the last snapshot is closed.
   */
  @Override
  public void close() {
    release();
  }

  void release() {
    if (users.decrementAndGet() > 0) {
      return;
    }
    handles.values().forEach(RocksObject::close);
    db.close();
    writeOptions.close();
    owned.forEach(RocksObject::close);
    limiter.close();
    onClosed.run();
  }

  /** The current state of the tables, for the writing thread. */
  private final class WriterView implements Reader {
    @Override
    public byte @Nullable [] find(Table table, byte[] key) {
      RowCache rows = recent.get(table);
      return rows == null
          ? Storage.this.find(table, key)
          : rows.find(key, missed -> Storage.this.find(table, missed));
    }

    @Override
    public Cursor scan(Table table, byte[] from, byte @Nullable [] to) {
      if (!gaps.containsKey(table)) {
        return Storage.this.scan(table, from, to);
      }
      GapTracker keeper = keeper(table);
      return new RocksCursor(
          db,
          handle(table),
          null,
          from,
          to,
          RocksCursor.Reading.OFTEN,
          keeper.current(),
          gap -> keeper.learned(gap, written));
    }
  }

  /** Keeps a reference to a native object until the database is closed. */
  private <T extends RocksObject> T own(T object) {
    owned.add(object);
    return object;
  }
}
