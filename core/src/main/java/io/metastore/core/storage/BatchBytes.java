package io.metastore.core.storage;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A RocksDB write batch in its serialized form. All changes of a log entry are passed to native
 * code in one call.
 *
 * <p>Source: RocksDB's {@code write_batch.cc}: fixed64 sequence ‖ fixed32 count ‖ records; a record
 * is a tag, the varint32 ID of the column family, and length-prefixed strings. RocksDB's own log
 * uses the same format, so it is stable.
 */
final class BatchBytes {
  private static final byte TAG_DELETE = 0x4;
  private static final byte TAG_PUT = 0x5;
  private static final int COUNT_OFFSET = 8;
  private static final int HEADER_BYTES = 12;

  private byte[] buffer;
  private int length = HEADER_BYTES;
  private int count;

  BatchBytes(int expectedBytes) {
    buffer = new byte[HEADER_BYTES + expectedBytes];
  }

  void put(int family, byte[] key, byte[] value) {
    reserve(20 + key.length + value.length);
    buffer[length++] = TAG_PUT;
    varint(family);
    string(key);
    string(value);
    count++;
  }

  void delete(int family, byte[] key) {
    reserve(15 + key.length);
    buffer[length++] = TAG_DELETE;
    varint(family);
    string(key);
    count++;
  }

  byte[] toBytes() {
    ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN).putInt(COUNT_OFFSET, count);
    return Arrays.copyOf(buffer, length);
  }

  private void string(byte[] bytes) {
    varint(bytes.length);
    System.arraycopy(bytes, 0, buffer, length, bytes.length);
    length += bytes.length;
  }

  private void varint(int value) {
    int rest = value;
    while (rest >= 0x80) {
      buffer[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[length++] = (byte) rest;
  }

  private void reserve(int bytes) {
    if (length + bytes > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, length + bytes));
    }
  }
}
