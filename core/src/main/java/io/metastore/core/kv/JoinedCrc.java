package io.metastore.core.kv;

/**
 * A CRC-32C that is extended by blocks of which only the CRC-32C and the length are known. So
 * blocks can be read in any order, and only their checksums are put in order.
 *
 * <p>A CRC is linear: that of two blocks is the CRC of the first as if it were followed by as many
 * zeros as the second has bytes, combined with the CRC of the second by XOR. Appending zeros is a
 * multiplication by a matrix of bits. Source: {@code crc32_combine} of zlib. Not thread-safe.
 */
public final class JoinedCrc {
  /** The polynomial of CRC-32C, lowest power first. */
  private static final int POLYNOMIAL = 0x82F63B78;

  private static final int BYTE_VALUES = 1 << Byte.SIZE;

  /**
   * {@code ZEROS[n]} appends 2^n zero bytes: the images of all values of the lowest byte, then of
   * the second one, and so on.
   */
  private static final int[][] ZEROS = zeros();

  private int crc;

  /** Appends a block. */
  public void append(int blockCrc, int blockBytes) {
    int shifted = crc;
    for (int rest = blockBytes; rest != 0; rest &= rest - 1) {
      shifted = multiply(ZEROS[Integer.numberOfTrailingZeros(rest)], shifted);
    }
    crc = shifted ^ blockCrc;
  }

  /** The CRC of all blocks so far; 0 for none. */
  public int value() {
    return crc;
  }

  private static int multiply(int[] images, int vector) {
    return images[vector & 0xff]
        ^ images[BYTE_VALUES + (vector >>> 8 & 0xff)]
        ^ images[2 * BYTE_VALUES + (vector >>> 16 & 0xff)]
        ^ images[3 * BYTE_VALUES + (vector >>> 24)];
  }

  private static int[][] zeros() {
    int[] zeroBit = new int[Integer.SIZE]; // the images of the single bits
    zeroBit[0] = POLYNOMIAL;
    for (int bit = 1; bit < Integer.SIZE; bit++) {
      zeroBit[bit] = 1 << (bit - 1);
    }
    int[][] powers = new int[Integer.SIZE - 1][];
    powers[0] = square(square(square(images(zeroBit))));
    for (int power = 1; power < powers.length; power++) {
      powers[power] = square(powers[power - 1]);
    }
    return powers;
  }

  private static int[] square(int[] images) {
    int[] bits = new int[Integer.SIZE];
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      bits[bit] = multiply(images, multiply(images, 1 << bit));
    }
    return images(bits);
  }

  private static int[] images(int[] bits) {
    int[] images = new int[Integer.BYTES * BYTE_VALUES];
    for (int i = 0; i < images.length; i++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        if ((i >>> bit & 1) != 0) {
          images[i] ^= bits[i / BYTE_VALUES * Byte.SIZE + bit];
        }
      }
    }
    return images;
  }
}
