package io.metastore.bench.load;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;

/**
 * The keys of a run: a common prefix followed by a zero-padded decimal number, all of the same
 * length.
 */
final class KeySpace {
  private final byte[] prefix;
  private final int keyBytes;
  private final long count;

  /**
   * Defines a key space.
   *
   * @param prefix the common prefix
   * @param keyBytes the length of every key
   * @param count the number of keys, numbered from 0
   * @throws IllegalArgumentException if the last number does not fit after the prefix
   */
  KeySpace(String prefix, int keyBytes, long count) {
    this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
    this.keyBytes = keyBytes;
    this.count = count;
    if (count < 1) {
      throw new IllegalArgumentException("a key space needs at least one key, not " + count);
    }
    int digits = Long.toString(count - 1).length();
    if (this.prefix.length + digits > keyBytes) {
      throw new IllegalArgumentException(
          "keys of %d bytes have no room for '%s' and %d digits"
              .formatted(keyBytes, prefix, digits));
    }
  }

  long count() {
    return count;
  }

  int keyBytes() {
    return keyBytes;
  }

  /** Writes key {@code number} into {@code target}, starting at {@code at}. */
  void write(long number, byte[] target, int at) {
    System.arraycopy(prefix, 0, target, at, prefix.length);
    long rest = number;
    for (int i = at + keyBytes - 1; i >= at + prefix.length; i--) {
      target[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  /** Key {@code number} as a new value. */
  ByteString key(long number) {
    byte[] key = new byte[keyBytes];
    write(number, key, 0);
    return ByteString.copyFrom(key);
  }
}
