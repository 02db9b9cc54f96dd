package io.metastore.core.storage;

import org.jspecify.annotations.Nullable;

/**
 * Point and range reads over the tables as they stood at one moment. Returned arrays belong to the
 * caller; arrays passed in are not kept. I/O failure ends in {@link StorageException}.
 */
public interface Reader {

  /** The value of {@code key}, or null if it is absent. */
  byte @Nullable [] find(Table table, byte[] key);

  /**
   * Entries from {@code from} inclusive to {@code to} exclusive, ascending by unsigned bytes. The
   * caller closes it.
   *
   * @param to null for no upper bound
   */
  Cursor scan(Table table, byte[] from, byte @Nullable [] to);
}
