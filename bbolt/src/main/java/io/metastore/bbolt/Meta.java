package io.metastore.bbolt;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The entry point of a file, stored in pages 0 and 1.
 *
 * @param pageSize in bytes
 * @param root root page of the bucket that contains the top-level buckets
 * @param sequence the sequence number of that bucket
 * @param freelist page of the list of free pages; {@link #NO_FREELIST} if it is not stored
 * @param highWater number of pages in use or free; later pages were never used
 * @param transaction ID of the transaction that wrote this meta
 */
record Meta(
    int pageSize, long root, long sequence, long freelist, long highWater, long transaction) {
  static final long NO_FREELIST = -1;

  /** Length of a meta without the header of its page. */
  static final int BYTES = 64;

  private static final int MAGIC = 0xED0CDAED;
  private static final int VERSION = 2;
  private static final int CHECKSUM_AT = 56;

  /** Reads a meta at the buffer's position; null if it is not valid. */
  static @Nullable Meta find(ByteBuffer in) {
    int start = in.position();
    if (in.getInt() != MAGIC || in.getInt() != VERSION) {
      return null;
    }
    int pageSize = in.getInt();
    in.getInt(); // flags, always 0
    Meta meta =
        new Meta(pageSize, in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong());
    return in.getLong() == checksum(in, start) && Integer.bitCount(pageSize) == 1 ? meta : null;
  }

  /** Writes the meta at the buffer's position. */
  void write(ByteBuffer out) {
    int start = out.position();
    out.putInt(MAGIC).putInt(VERSION).putInt(pageSize).putInt(0);
    out.putLong(root).putLong(sequence).putLong(freelist).putLong(highWater).putLong(transaction);
    out.putLong(checksum(out, start));
  }

  /** FNV-1a, 64 bits. */
  private static long checksum(ByteBuffer bytes, int start) {
    long hash = 0xcbf29ce484222325L;
    for (int i = start; i < start + CHECKSUM_AT; i++) {
      hash = (hash ^ (bytes.get(i) & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }
}
