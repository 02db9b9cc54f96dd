package io.metastore.core.storage;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * The tables as of one moment. Thread-safe. Reading after {@link #close} is a bug; {@code
 * core.node} prevents it by counting readers.
 */
public final class Snapshot implements Reader, AutoCloseable {
  private final Storage storage;
  private final org.rocksdb.Snapshot snapshot;
  private final ReadOptions options;

  /** Known gaps by table; empty if no gaps are used. Guarded by itself. */
  private final Map<Table, Gaps> gaps;

  /** Number of the last write visible here. */
  private final long write;

  /**
   * @param write number of the last write visible here
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
      throw new StorageException("cannot read table " + table, e);
    }
  }

  @Override
  public Cursor scan(Table table, byte[] from, byte @Nullable [] to) {
    return scan(table, from, to, RocksCursor.Reading.OFTEN);
  }

  @Override
  public Cursor scanOnce(Table table, byte[] from, byte @Nullable [] to) {
    return scan(table, from, to, RocksCursor.Reading.ONCE);
  }

  private Cursor scan(Table table, byte[] from, byte @Nullable [] to, RocksCursor.Reading reading) {
    Gaps known = gaps(table);
    return new RocksCursor(
        storage.db(),
        storage.handle(table),
        snapshot,
        from,
        to,
        reading,
        known == null ? Gaps.NONE : known,
        known == null ? null : gap -> learned(table, gap));
  }

  private @Nullable Gaps gaps(Table table) {
    synchronized (gaps) {
      return gaps.get(table);
    }
  }

  /** Adds a newly found gap for later scans of this snapshot and for later snapshots. */
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
