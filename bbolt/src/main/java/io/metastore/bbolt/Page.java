package io.metastore.bbolt;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * A page in memory, together with its overflow pages.
 *
 * <p>Layout: int64 id, int16 kind, int16 count, int32 number of overflow pages; then {@code count}
 * elements; then the keys and values. An element of a leaf is int32 flags (1 if the value is a
 * bucket), int32 position, int32 key size, int32 value size. An element of a branch is int32
 * position, int32 key size, int64 child page. A position counts from the start of its element.
 *
 * @param id number of the page; 0 for a bucket that is stored inside a leaf
 */
record Page(long id, ByteBuffer bytes) {
  static final int BRANCH = 0x01;
  static final int LEAF = 0x02;
  static final int META = 0x04;
  static final int FREELIST = 0x10;

  static final int HEADER_BYTES = 16;
  static final int ELEMENT_BYTES = 16;
  static final int COUNT_MAX = 0xffff;

  /** Marks an element of a leaf whose value is a bucket. */
  static final int BUCKET_FLAG = 1;

  static void writeHeader(ByteBuffer out, long id, int kind, int count, int overflow) {
    out.putLong(id).putShort((short) kind).putShort((short) count).putInt(overflow);
  }

  /** Writes the table of elements, whose keys and values follow it. */
  static void writeElements(ByteBuffer out, int kind, List<Element> elements) {
    int position = elements.size() * ELEMENT_BYTES;
    for (Element element : elements) {
      int keySize = element.key().length;
      int valueSize = element.value().length;
      if (kind == LEAF) {
        out.putInt(element.isBucket() ? BUCKET_FLAG : 0).putInt(position);
        out.putInt(keySize).putInt(valueSize);
      } else {
        out.putInt(position).putInt(keySize).putLong(element.child());
      }
      position += keySize + valueSize - ELEMENT_BYTES;
    }
  }

  int kind() {
    return bytes.getShort(8);
  }

  boolean isLeaf() {
    return kind() == LEAF;
  }

  int count() {
    return bytes.getShort(10) & COUNT_MAX;
  }

  int overflow() {
    return bytes.getInt(12);
  }

  /** Fails unless this is a branch or leaf whose elements lie inside it. */
  void check() throws DamagedFileException {
    if (kind() != BRANCH && kind() != LEAF) {
      throw new DamagedFileException("page " + id + " is neither a branch nor a leaf");
    }
    if (HEADER_BYTES + (long) count() * ELEMENT_BYTES > bytes.limit()) {
      throw new DamagedFileException("page " + id + " is too small for its " + count() + " keys");
    }
    for (int i = 0; i < count(); i++) {
      long start = keyStart(i);
      long end = start + Integer.toUnsignedLong(keySize(i));
      if (isLeaf()) {
        end += Integer.toUnsignedLong(bytes.getInt(element(i) + 12));
      }
      if (start > end || end > bytes.limit()) {
        throw new DamagedFileException("key " + i + " of page " + id + " lies outside the page");
      }
    }
  }

  byte[] key(int i) {
    return copy((int) keyStart(i), keySize(i));
  }

  /** The value of an element of a leaf. */
  byte[] value(int i) {
    return copy((int) keyStart(i) + keySize(i), bytes.getInt(element(i) + 12));
  }

  boolean isBucket(int i) {
    return isLeaf() && (bytes.getInt(element(i)) & BUCKET_FLAG) != 0;
  }

  /** The child page of an element of a branch. */
  long child(int i) {
    return bytes.getLong(element(i) + 8);
  }

  /** The number of the first element whose key is not smaller; {@link #count} if there is none. */
  int firstAtOrAfter(byte[] key) {
    int low = 0;
    int high = count();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Arrays.compareUnsigned(key(middle), key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static int element(int i) {
    return HEADER_BYTES + i * ELEMENT_BYTES;
  }

  private long keyStart(int i) {
    int element = element(i);
    return element + Integer.toUnsignedLong(bytes.getInt(isLeaf() ? element + 4 : element));
  }

  private int keySize(int i) {
    return bytes.getInt(element(i) + (isLeaf() ? 8 : 4));
  }

  private byte[] copy(int start, int size) {
    byte[] copy = new byte[size];
    bytes.get(start, copy);
    return copy;
  }
}
