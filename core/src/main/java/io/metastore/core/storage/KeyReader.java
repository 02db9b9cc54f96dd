package io.metastore.core.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Decodes keys that {@link KeyWriter} encoded. For use by one thread. */
public final class KeyReader {
  private final byte[] key;
  private int position;

  public KeyReader(byte[] key) {
    this.key = key;
  }

  public KeyReader skip(int bytes) {
    position += bytes;
    return this;
  }

  public boolean hasMore() {
    return position < key.length;
  }

  public int int8() {
    return key[position++];
  }

  public int int32() {
    int value = ByteBuffer.wrap(key).getInt(position);
    position += 4;
    return value;
  }

  public long int64() {
    long value = ByteBuffer.wrap(key).getLong(position);
    position += 8;
    return value;
  }

  /** The remaining bytes. */
  public ByteString bytes() {
    ByteString rest = ByteString.copyFrom(key, position, key.length - position);
    position = key.length;
    return rest;
  }

  public ByteString escaped() {
    byte[] value = new byte[key.length - position];
    int length = 0;
    for (; ; position++) {
      byte b = key[position];
      if (b == 0 && key[++position] == 1) {
        position++;
        return UnsafeByteOperations.unsafeWrap(Arrays.copyOf(value, length));
      }
      value[length++] = b;
    }
  }
}
