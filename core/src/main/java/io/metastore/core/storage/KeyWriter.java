package io.metastore.core.storage;

import com.google.protobuf.ByteString;
import java.util.Arrays;

/** Encodes keys whose byte order is the order of their parts. For use by one thread. */
public final class KeyWriter {
  private byte[] buffer = new byte[64];
  private int length;

  public KeyWriter int8(int value) {
    reserve(1);
    buffer[length++] = (byte) value;
    return this;
  }

  public KeyWriter int32(int value) {
    reserve(4);
    for (int shift = 24; shift >= 0; shift -= 8) {
      buffer[length++] = (byte) (value >>> shift);
    }
    return this;
  }

  /** Appends 8 bytes, big-endian. Only non-negative values are ordered correctly. */
  public KeyWriter int64(long value) {
    reserve(8);
    for (int shift = 56; shift >= 0; shift -= 8) {
      buffer[length++] = (byte) (value >>> shift);
    }
    return this;
  }

  /** Appends bytes without an end mark: only for the last part of a key. */
  public KeyWriter bytes(ByteString value) {
    int size = value.size();
    reserve(size);
    value.copyTo(buffer, length);
    length += size;
    return this;
  }

  /**
   * Appends bytes with an end mark, so that more parts may follow: 0 is written as 0 FF, the end as
   * 0 1.
   */
  public KeyWriter escaped(ByteString value) {
    int size = value.size();
    reserve(2 * size + 2);
    for (int i = 0; i < size; i++) {
      byte b = value.byteAt(i);
      buffer[length++] = b;
      if (b == 0) {
        buffer[length++] = (byte) 0xff;
      }
    }
    buffer[length++] = 0;
    buffer[length++] = 1;
    return this;
  }

  public byte[] toBytes() {
    return Arrays.copyOf(buffer, length);
  }

  private void reserve(int bytes) {
    if (length + bytes > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, length + bytes));
    }
  }
}
