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
    crc.update(ByteBuffer.allocate(8).putLong(digest).flip());
    for (Table table : Table.values()) {
      writes.forEachChange(
          table,
          (key, value) -> {
            crc.update(key);
            if (value != null) {
              crc.update(value);
            }
          });
    }
    return crc.getValue();
  }
}
