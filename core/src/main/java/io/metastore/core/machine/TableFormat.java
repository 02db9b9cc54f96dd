package io.metastore.core.machine;

import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.KeyWriter;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.StorageException;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;

/**
 * The version number of the table layout. It is increased when old and new versions of Metastore
 * could misread each other's tables.
 *
 * <p>Layout in {@link Table#SMALL}: {@code m} ‖ {@code v} → int32.
 */
final class TableFormat {
  private static final int CURRENT = 2;

  /** The layout of tables without a stored number. */
  private static final int FIRST = 1;

  private static final byte[] KEY = SmallTable.META.key().int8('v').toBytes();

  private TableFormat() {}

  /**
   * Checks the layout number; empty tables are marked with this version's.
   *
   * @param empty whether no entry has been applied yet
   * @throws StorageException if the tables have another layout
   */
  static void check(Storage storage, boolean empty) {
    byte[] value = storage.find(Table.SMALL, KEY);
    int found = value == null ? FIRST : new KeyReader(value).int32();
    if (empty && value == null) {
      WriteSet writes = storage.newWriteSet();
      writes.put(Table.SMALL, KEY, new KeyWriter().int32(CURRENT).toBytes());
      storage.write(writes);
    } else if (found != CURRENT) {
      throw new StorageException(
          "the data directory has table layout "
              + found
              + ", which another version of Metastore wrote; this version reads layout "
              + CURRENT,
          null);
    }
  }
}
