package io.metastore.core.storage;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/** A hash of keys whose seed is random, so that nobody can craft keys that collide. */
final class KeyHash {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long seed = new SecureRandom().nextLong();

  int of(byte[] key) {
    long hash = seed ^ key.length;
    int i = 0;
    for (; i + Long.BYTES <= key.length; i += Long.BYTES) {
      hash = mix(hash ^ (long) LONGS.get(key, i));
    }
    long rest = 0;
    for (; i < key.length; i++) {
      rest = rest << Byte.SIZE | (key[i] & 0xff);
    }
    return (int) (mix(hash ^ rest) >>> Integer.SIZE);
  }

  /**
   * Stafford's variant 13 of MurmurHash3's finalizer: every output bit depends on every input bit.
   */
  private static long mix(long bits) {
    long z = (bits ^ bits >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}
