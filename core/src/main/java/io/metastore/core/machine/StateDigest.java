package io.metastore.core.machine;

import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A running checksum of all changes made by log entries. Members that applied the same entries have
 * the same digest, and members with different states almost certainly have different ones. To be
 * compared at the same applied index.
 */
final class StateDigest {
  private StateDigest() {}

  /**
   * The digest after {@code writes}.
   *
   * @param digest the digest before
   */
  static long next(long digest, WriteSet writes) {
    CRC32C crc = new CRC32C();
    ByteBuffer lengths = ByteBuffer.allocate(8);
    crc.update(lengths.putLong(digest).flip());
    for (Table table : Table.values()) {
      writes.forEachChange(
          table,
          (key, value) -> {
            // The lengths distinguish a deletion from an empty value, and mark where the key ends.
            int valueLength = value == null ? -1 : value.length;
            crc.update(lengths.clear().putInt(key.length).putInt(valueLength).flip());
            crc.update(key);
            if (value != null) {
              crc.update(value);
            }
          });
    }
    return crc.getValue();
  }
}
