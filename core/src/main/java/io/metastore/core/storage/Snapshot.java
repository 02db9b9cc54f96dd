package io.metastore.core.storage;

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

  Snapshot(Storage storage, RocksDB db) {
    this.storage = storage;
    this.snapshot = db.getSnapshot();
    this.options = new ReadOptions().setSnapshot(snapshot);
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
    return new RocksCursor(storage.db(), storage.handle(table), snapshot, from, to);
  }

  @Override
  public void close() {
    options.close();
    storage.db().releaseSnapshot(snapshot);
    snapshot.close();
    storage.release();
  }
}
