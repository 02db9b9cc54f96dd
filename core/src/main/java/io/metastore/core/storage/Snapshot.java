package io.metastore.core.storage;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * The tables at one moment. Thread-safe; reading after {@link #close} is a bug that {@code
 * core.node} guards against by counting its readers.
 */
public final class Snapshot implements Reader, AutoCloseable {
  private final Storage storage;
  private final org.rocksdb.Snapshot snapshot;
  private final ReadOptions options;

  /** Of the tables whose gaps are known; none if not even that is known. Guarded by itself. */
  private final Map<Table, Gaps> gaps;

  /** The number of the last write that it sees. */
  private final long write;

  /**
   * @param write the number of the last write that it sees
   */
  Snapshot(Storage storage, RocksDB db, Map<Table, Gaps> gaps, long write) {
    this.storage = storage;
    this.snapshot = db.getSnapshot();
    this.options = new ReadOptions().setSnapshot(snapshot);
    this.gaps = gaps.isEmpty() ? Map.of() : new EnumMap<>(gaps);
    this.write = write;
  }

  @Override
  public byte @Nullable [] find(Table table, byte[] key) {
    try {
      return storage.db().get(storage.handle(table), options, key);
    } catch (RocksDBException e) {
      throw new StorageException("read from " + table, e);
    }
  }

  @Override
  public Cursor scan(Table table, byte[] from, byte @Nullable [] to) {
    Gaps known = gaps(table);
    return new RocksCursor(
        storage.db(),
        storage.handle(table),
        snapshot,
        from,
        to,
        known == null ? Gaps.NONE : known,
        known == null ? null : gap -> learned(table, gap));
  }

  private @Nullable Gaps gaps(Table table) {
    synchronized (gaps) {
      return gaps.get(table);
    }
  }

  /** For whoever reads here next, and for the snapshots to come. */
  private void learned(Table table, Gaps.Gap gap) {
    synchronized (gaps) {
      gaps.computeIfPresent(table, (same, known) -> known.with(gap));
    }
    storage.learned(table, gap, write);
  }

  @Override
  public void close() {
    options.close();
    storage.db().releaseSnapshot(snapshot);
    snapshot.close();
    storage.release();
  }
}
