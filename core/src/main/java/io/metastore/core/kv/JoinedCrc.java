package io.metastore.core.kv;

/**
 * A CRC-32C that is extended by blocks of which only the CRC-32C and the length are known. So
 * blocks can be read in any order, and only their checksums are put in order.
 *
 * <p>A CRC is linear: that of two blocks is the CRC of the first as if it were followed by as many
 * zeros as the second has bytes, combined with the CRC of the second by XOR. Appending zeros is a
 * multiplication by a matrix of bits. Source: {@code crc32_combine} of zlib. Not thread-safe.
 */
final class JoinedCrc {
  /** The polynomial of CRC-32C, lowest power first. */
  private static final int POLYNOMIAL = 0x82F63B78;

  /** {@code ZEROS[n]} appends 2^n zero bytes; its columns are the images of the single bits. */
  private static final int[][] ZEROS = zeros();

  private int crc;

  /** Appends a block. */
  void append(int blockCrc, int blockBytes) {
    int shifted = crc;
    int power = 0;
    for (int rest = blockBytes; rest != 0; rest >>>= 1) {
      if ((rest & 1) != 0) {
        shifted = multiply(ZEROS[power], shifted);
      }
      power++;
    }
    crc = shifted ^ blockCrc;
  }

  int value() {
    return crc;
  }

  private static int[][] zeros() {
    int[] zeroBit = new int[Integer.SIZE];
    zeroBit[0] = POLYNOMIAL;
    for (int bit = 1; bit < Integer.SIZE; bit++) {
      zeroBit[bit] = 1 << (bit - 1);
    }
    int[] zeroByte = square(square(square(zeroBit)));
    int[][] powers = new int[Integer.SIZE - 1][];
    powers[0] = zeroByte;
    for (int power = 1; power < powers.length; power++) {
      powers[power] = square(powers[power - 1]);
    }
    return powers;
  }

  private static int[] square(int[] matrix) {
    int[] product = new int[Integer.SIZE];
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      product[bit] = multiply(matrix, matrix[bit]);
    }
    return product;
  }

  private static int multiply(int[] matrix, int vector) {
    int product = 0;
    int bit = 0;
    for (int rest = vector; rest != 0; rest >>>= 1) {
      if ((rest & 1) != 0) {
        product ^= matrix[bit];
      }
      bit++;
    }
    return product;
  }
}
