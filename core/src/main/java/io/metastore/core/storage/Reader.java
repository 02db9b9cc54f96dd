package io.metastore.core.storage;

import org.jspecify.annotations.Nullable;

/**
 * Reads single entries and ranges of the tables as of one moment. The caller owns returned arrays;
 * arrays passed in are not kept. An I/O failure throws {@link StorageException}.
 */
public interface Reader {

  /** The value of {@code key}; null if there is none. */
  byte @Nullable [] find(Table table, byte[] key);

  /**
   * Iterates over the entries from {@code from} inclusive to {@code to} exclusive, in ascending
   * order of unsigned bytes. The caller closes the cursor.
   *
   * @param to null for no upper bound
   */
  Cursor scan(Table table, byte[] from, byte @Nullable [] to);

  /**
   * As {@link #scan}, for reading a large range once: reads ahead from disk, and leaves the block
   * cache to the entries that are read often.
   */
  default Cursor scanOnce(Table table, byte[] from, byte @Nullable [] to) {
    return scan(table, from, to);
  }
}
