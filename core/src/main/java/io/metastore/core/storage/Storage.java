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
import org.rocksdb.CompactionOptionsUniversal;
import org.rocksdb.CompactionStyle;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksObject;
import org.rocksdb.TablePropertiesCollectorFactory;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The tables of one member on disk.
 *
 * <p>Durability: {@link #write} is atomic but durable only after a later {@link #flush} or {@link
 * #checkpoint}; a crash takes back whole writes, newest first, never a part of one. All tables
 * flush together for that reason.
 *
 * <p>While the disk is full, writing blocks; a flush or checkpoint fails. RocksDB goes on by itself
 * some seconds after there is space again.
 *
 * <p>Threads: {@link #write} by the apply thread, {@link #edit} and {@link #discardRange} by the
 * compactor, the rest by any.
 */
public final class Storage implements Reader, AutoCloseable {
  static {
    RocksDB.loadLibrary();
  }

  /** What is young is rewritten soon: compressing it costs more than the space is worth. */
  private static final List<CompressionType> COMPRESSION =
      List.of(
          CompressionType.NO_COMPRESSION,
          CompressionType.NO_COMPRESSION,
          CompressionType.LZ4_COMPRESSION,
          CompressionType.LZ4_COMPRESSION,
          CompressionType.LZ4_COMPRESSION,
          CompressionType.LZ4_COMPRESSION,
          CompressionType.LZ4_COMPRESSION);

  /** A file is compacted if so many of so many neighbouring entries are deletions. */
  private static final long DELETIONS_TRIGGER = 8 << 10;

  private static final long DELETIONS_WINDOW = 32 << 10;

  private final Path directory;
  private final RocksDB db;
  private final Map<Table, ColumnFamilyHandle> handles = new EnumMap<>(Table.class);
  private final WriteOptions writeOptions = new WriteOptions().setDisableWAL(true);
  private final List<RocksObject> owned = new ArrayList<>();

  /** The owner and every open snapshot. */
  private final AtomicInteger users = new AtomicInteger(1);

  private final Runnable onClosed;

  /** As {@link #write} last left them. */
  private final RowCache latest;

  /** Not of the change log, which is deleted from its front only. Owned by the writing thread. */
  private final Map<Table, GapTracker> gaps =
      new EnumMap<>(
          Map.of(
              Table.LATEST, new GapTracker(),
              Table.HISTORY, new GapTracker(),
              Table.SMALL, new GapTracker()));

  /** How many writes there were. Owned by the writing thread. */
  private long written;

  private Storage(Path directory, StorageOptions options, Runnable onClosed) {
    this.directory = directory.toAbsolutePath();
    this.onClosed = onClosed;
    this.latest = new RowCache(options.rowCacheBytes());
    Cache cache = own(new LRUCache(options.cacheBytes()));
    // Read all the time, and overwritten: levels keep it compact.
    ColumnFamilyOptions current = familyOptions(cache, options).setCompressionPerLevel(COMPRESSION);
    // Written once, read seldom, deleted by compactions: rewriting it level by level is not worth
    // it.
    ColumnFamilyOptions past =
        familyOptions(cache, options)
            .setCompressionPerLevel(COMPRESSION)
            .setCompactionStyle(CompactionStyle.UNIVERSAL);
    // Written in key order: its files never overlap and are moved, not rewritten. (Leveled
    // compaction moves them too, but then rewrites what has come to the bottom.)
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
      this.db = RocksDB.open(dbOptions, directory.toString(), families, opened);
    } catch (RocksDBException | IOException e) {
      throw new StorageException("open " + directory, e);
    }
    opened.get(0).close(); // the default family: RocksDB insists on it, we store nothing there
    Iterator<ColumnFamilyHandle> openedTables = opened.listIterator(1);
    for (Table table : Table.values()) {
      handles.put(table, openedTables.next());
    }
  }

  /** Opens the tables in {@code directory}, creating what is missing. */
  public static Storage open(Path directory, StorageOptions options) {
    return open(directory, options, () -> {});
  }

  /**
   * As {@link #open(Path, StorageOptions)}.
   *
   * @param onClosed called once the files are closed, on the thread that let go of them last
   */
  public static Storage open(Path directory, StorageOptions options, Runnable onClosed) {
    return new Storage(directory, options, onClosed);
  }

  private DBOptions dbOptions(StorageOptions options) {
    return own(
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            // Without a write-ahead log only this keeps a crash from tearing one write over two
            // tables.
            .setAtomicFlush(true)
            // One thread writes; the lock-free insert would only cost it more.
            .setAllowConcurrentMemtableWrite(false)
            .setDbWriteBufferSize(options.writeBufferBytes())
            .setMaxBackgroundJobs(2)
            .setKeepLogFileNum(2)
            .setMaxLogFileSize(4 << 20)
            .setStatsDumpPeriodSec(0));
  }

  private ColumnFamilyOptions familyOptions(Cache cache, StorageOptions options) {
    BlockBasedTableConfig tableConfig =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            // Indexes and filters count against the cache: memory stays bounded with any number of
            // keys.
            .setCacheIndexAndFilterBlocks(true)
            .setPinL0FilterAndIndexBlocksInCache(true)
            .setFormatVersion(5)
            .setFilterPolicy(own(new BloomFilter(10)));
    // Files with many deletions are compacted soon: else every scan would walk over them, after a
    // restart too, when nobody knows the gaps yet.
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
            .setMaxWriteBufferNumber(3)
            .setLevelCompactionDynamicLevelBytes(true)
            .setLevel0FileNumCompactionTrigger(8));
  }

  /**
   * A view of the tables as they stand now; the caller closes it. It may outlive {@link #close}.
   */
  public Snapshot snapshot() {
    users.incrementAndGet();
    return new Snapshot(this, db, Map.of(), /* write= */ 0);
  }

  /**
   * As {@link #snapshot}, for the thread that writes: scans of it do not walk over what they know,
   * or learn, to be deletions only.
   */
  public Snapshot snapshotForScans() {
    users.incrementAndGet();
    Map<Table, Gaps> current = new EnumMap<>(Table.class);
    gaps.forEach((table, keeper) -> current.put(table, keeper.current()));
    return new Snapshot(this, db, current, written);
  }

  /** An empty set of changes on top of what is stored. */
  public WriteSet newWriteSet() {
    return new WriteSet(new WriterView());
  }

  /** Makes all changes of {@code writes} visible at once. For one thread, as is every such set. */
  public void write(WriteSet writes) {
    Meters.TABLE_WRITES.time(() -> writeAll(writes));
  }

  private void writeAll(WriteSet writes) {
    BatchBytes bytes = new BatchBytes(writes.sizeBytes());
    for (Table table : Table.values()) {
      int family = handle(table).getID();
      writes.forEachChange(
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
      throw new StorageException("write", e);
    }
    writes.forEachChange(Table.LATEST, latest::put);
    written++;
    gaps.forEach((table, keeper) -> keepGaps(table, keeper, writes));
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

  /** For tests: whether a scan would jump over this key. */
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

  /** A write that RocksDB refuses because a flush found no space has changed nothing. */
  private void write(WriteBatch batch) throws RocksDBException, WaitEnded {
    FullDisk.<Boolean, RocksDBException>retry(
        directory,
        () -> {
          db.write(writeOptions, batch);
          return true;
        });
  }

  /**
   * Changes entries in a way that no reader can notice, at once.
   *
   * @param replaced keys and what they hold from now on
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
      throw new StorageException("edit " + table, e);
    }
  }

  /** Deletes all entries of a range that no reader can reach any more. */
  public void discardRange(Table table, byte[] from, byte[] to) {
    try (WriteBatch batch = new WriteBatch()) {
      batch.deleteRange(handle(table), from, to);
      write(batch);
    } catch (RocksDBException | WaitEnded e) {
      throw new StorageException("discard from " + table, e);
    }
  }

  @Override
  public byte @Nullable [] find(Table table, byte[] key) {
    try {
      return db.get(handle(table), key);
    } catch (RocksDBException e) {
      throw new StorageException("read from " + table, e);
    }
  }

  @Override
  public Cursor scan(Table table, byte[] from, byte @Nullable [] to) {
    return new RocksCursor(db, handle(table), null, from, to, Gaps.NONE, null);
  }

  /** When this returns, everything written before is on disk. */
  public void flush() {
    try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
      db.flush(options, new ArrayList<>(handles.values()));
    } catch (RocksDBException e) {
      throw new StorageException("flush", e);
    }
  }

  /**
   * Makes a complete, durable copy of the tables in {@code target}, which must not exist; data
   * files are hard links.
   */
  public void checkpoint(Path target) {
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      checkpoint.createCheckpoint(target.toString());
    } catch (RocksDBException e) {
      throw new StorageException("checkpoint to " + target, e);
    }
  }

  /** Bytes of all data files, obsolete entries included. */
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
      throw new StorageException("property " + property, e);
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
   * Ends the owner's use, without flushing: what is not flushed comes back from the Raft log. The
   * files are closed with the last snapshot.
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
    onClosed.run();
  }

  /** The tables as they stand, for the thread that writes. */
  private final class WriterView implements Reader {
    @Override
    public byte @Nullable [] find(Table table, byte[] key) {
      return table == Table.LATEST
          ? latest.find(key, missed -> Storage.this.find(table, missed))
          : Storage.this.find(table, key);
    }

    @Override
    public Cursor scan(Table table, byte[] from, byte @Nullable [] to) {
      if (!gaps.containsKey(table)) {
        return Storage.this.scan(table, from, to);
      }
      GapTracker keeper = keeper(table);
      return new RocksCursor(
          db, handle(table), null, from, to, keeper.current(), gap -> keeper.learned(gap, written));
    }
  }

  /** Keeps a native object until the database is closed. */
  private <T extends RocksObject> T own(T object) {
    owned.add(object);
    return object;
  }
}
