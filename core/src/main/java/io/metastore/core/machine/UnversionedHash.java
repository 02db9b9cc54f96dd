package io.metastore.core.machine;

import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.Table;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The hash of everything but keys: znodes, sessions, leases, locks, users, members, alarms and the
 * store's counters. It is a CRC-32C over all rows.
 *
 * <p>Only the latest state of these is stored. So the hashes of two members are equal only if both
 * are computed after the same log entry. Keys, whose history is stored, have {@link
 * io.metastore.core.kv.HistoryHash}.
 */
public final class UnversionedHash {
  private static final List<Table> TABLES = List.of(Table.ZNODES, Table.ZNODE_DATA, Table.SMALL);

  private final CRC32C crc = new CRC32C();
  private final ByteBuffer numbers = ByteBuffer.allocate(3 * Long.BYTES);
  private byte[] value = new byte[1 << 12];

  private UnversionedHash() {}

  /** Computes the hash, which takes about a second per million znodes. */
  public static int of(StoreView view) {
    return of(view.state(), view.reader());
  }

  static int of(StoreState state, Reader reader) {
    UnversionedHash hash = new UnversionedHash();
    hash.add(state);
    TABLES.forEach(table -> hash.add(table, reader));
    return (int) hash.crc.getValue();
  }

  private void add(StoreState state) {
    // The digest is left out: it depends on all changes ever made, also by earlier versions.
    numbers.clear().putLong(state.revision()).putLong(state.compacted()).putLong(state.timeMs());
    crc.update(numbers.flip());
  }

  private void add(Table table, Reader reader) {
    long rows = 0;
    try (Cursor cursor = reader.scanOnce(table, Bytes.EMPTY, null)) {
      while (cursor.next()) {
        byte[] key = cursor.key();
        if (table == Table.SMALL && StoreState.isRow(key)) {
          continue; // added above, without the digest
        }
        int length = cursor.value(value);
        if (length > value.length) {
          value = new byte[length];
          length = cursor.value(value);
        }
        crc.update(numbers.clear().putInt(key.length).putInt(length).flip());
        crc.update(key);
        crc.update(value, 0, length);
        rows++;
      }
    }
    // Marks where the table ends.
    crc.update(numbers.clear().putLong(rows).flip());
  }
}
