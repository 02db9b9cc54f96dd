package io.metastore.bench.load;

import java.util.SplittableRandom;

/**
 * Values that do not compress: slices of one pool of random bytes.
 *
 * <p>Immutable after construction, so all clients share one.
 */
final class RandomValues {
  private static final int SLICES = 1 << 20;

  private final byte[] pool;

  RandomValues(int valueBytes, long seed) {
    pool = new byte[SLICES + valueBytes];
    new SplittableRandom(seed).nextBytes(pool);
  }

  /** Copies one of a million slices into {@code target}. */
  void write(SplittableRandom random, byte[] target, int at, int length) {
    System.arraycopy(pool, random.nextInt(SLICES), target, at, length);
  }
}
