package io.metastore.core.machine;

import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A running checksum over everything that log entries changed: members that applied the same
 * entries have the same digest, and members whose states differ almost surely do not. Compare at
 * the same applied index.
 */
final class StateDigest {
  private StateDigest() {}

  /** The digest after {@code writes}, given the one before. */
  static long next(long digest, WriteSet writes) {
    CRC32C crc = new CRC32C();
    ByteBuffer lengths = ByteBuffer.allocate(8);
    crc.update(lengths.putLong(digest).flip());
    for (Table table : Table.values()) {
      writes.forEachChange(
          table,
          (key, value) -> {
            // The lengths tell a deletion from an empty value, and where the key ends.
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
