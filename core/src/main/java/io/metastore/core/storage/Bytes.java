package io.metastore.core.storage;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Arithmetic on keys as unsigned byte strings. */
public final class Bytes {
  public static final byte[] EMPTY = {};

  private Bytes() {}

  /**
   * The smallest key greater than every key that starts with {@code prefix}; null if there is none.
   */
  public static byte @Nullable [] afterPrefix(byte[] prefix) {
    for (int i = prefix.length - 1; i >= 0; i--) {
      if (prefix[i] != (byte) 0xff) {
        byte[] end = Arrays.copyOf(prefix, i + 1);
        end[i]++;
        return end;
      }
    }
    return null;
  }

  /** The smallest key greater than {@code key}. */
  public static byte[] after(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }
}
