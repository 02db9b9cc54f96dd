package io.metastore.core.storage;

import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** A RocksDB iterator with bounds. */
final class RocksCursor implements Cursor {
  private final ReadOptions options;
  private final @Nullable Slice upper;
  private final RocksIterator iterator;
  private final byte[] from;
  private boolean started;

  RocksCursor(
      RocksDB db,
      ColumnFamilyHandle handle,
      org.rocksdb.@Nullable Snapshot snapshot,
      byte[] from,
      byte @Nullable [] to) {
    this.from = from;
    this.options = new ReadOptions();
    this.upper = to == null ? null : new Slice(to);
    if (snapshot != null) {
      options.setSnapshot(snapshot);
    }
    if (upper != null) {
      options.setIterateUpperBound(upper);
    }
    this.iterator = db.newIterator(handle, options);
  }

  @Override
  public boolean next() {
    if (started) {
      iterator.next();
    } else {
      started = true;
      iterator.seek(from);
    }
    return valid();
  }

  @Override
  public boolean seek(byte[] key) {
    started = true;
    iterator.seek(key);
    return valid();
  }

  @Override
  public byte[] key() {
    return iterator.key();
  }

  @Override
  public byte[] value() {
    return iterator.value();
  }

  @Override
  public void close() {
    iterator.close();
    options.close();
    if (upper != null) {
      upper.close();
    }
  }

  private boolean valid() {
    if (iterator.isValid()) {
      return true;
    }
    try {
      iterator.status();
    } catch (RocksDBException e) {
      throw new StorageException("scan", e);
    }
    return false;
  }
}
