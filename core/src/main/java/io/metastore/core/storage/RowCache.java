package io.metastore.core.storage;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one table that were written lately. Every write of a key looks up what it replaces,
 * and that is most often here: RocksDB takes ten times as long.
 *
 * <p>All rows lie in one array, so that the garbage collector has nothing to follow; a row that is
 * written again stays where it is if it fits. When the array is full, everything is forgotten.
 *
 * <p>Owned by the thread that writes.
 */
final class RowCache {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int ARRAY_BYTES_MIN = 256 << 10;

  /** int32 size of the key, of the row, and of the room for the row; key and row follow. */
  private static final int HEADER_BYTES = 12;

  /** One slot for so many bytes: rows as small as that leave half of the slots free. */
  private static final int BYTES_PER_SLOT = 32;

  /** Keys that fall together like this were made to do so: then the cache had better be empty. */
  private static final int PROBES_MAX = 64;

  private static final int ABSENT = -1;

  private final int bytesMax;
  private final int rowBytesMax;

  /** Nobody outside can tell which keys fall together. */
  private final long seed = new SecureRandom().nextLong();

  private byte[] array = new byte[ARRAY_BYTES_MIN];
  private int used;
  private int entries;

  /** Where entries begin in the array, plus one; 0 for none. */
  private int[] slots = new int[ARRAY_BYTES_MIN / BYTES_PER_SLOT];

  /** Where to look for what the cache does not know. */
  interface Rows {
    byte @Nullable [] find(byte[] key);
  }

  /**
   * @param bytesMax all rows and their keys; a power of two
   */
  RowCache(int bytesMax) {
    this.bytesMax = bytesMax;
    this.rowBytesMax = bytesMax / 64;
  }

  /** The row of a key, or null if it has none. */
  byte @Nullable [] find(byte[] key, Rows others) {
    int slot = slotOf(key);
    if (slot < 0 || slots[slot] == 0) {
      return others.find(key);
    }
    int entry = slots[slot] - 1;
    int size = rowSize(entry);
    if (size == ABSENT) {
      return null;
    }
    int start = entry + HEADER_BYTES + key.length;
    return Arrays.copyOfRange(array, start, start + size);
  }

  /**
   * Takes notice of a write.
   *
   * @param row null if the key was deleted
   */
  void put(byte[] key, byte @Nullable [] row) {
    int size = row == null ? 0 : row.length;
    if (key.length + size > rowBytesMax) {
      forget(key);
      return;
    }
    int slot = slotOf(key);
    int entry =
        slot >= 0 && slots[slot] != 0 && size <= room(slots[slot] - 1)
            ? slots[slot] - 1
            : newEntry(key, size);
    INTS.set(array, entry + 4, row == null ? ABSENT : size);
    if (row != null) {
      System.arraycopy(row, 0, array, entry + HEADER_BYTES + key.length, size);
    }
  }

  /** Makes room for a row, and makes it the one of its key. */
  private int newEntry(byte[] key, int size) {
    int bytes = HEADER_BYTES + key.length + size;
    if (!reserve(bytes) || slotOf(key) < 0) {
      clear();
    }
    int slot = slotOf(key);
    entries += slots[slot] == 0 ? 1 : 0;
    int entry = used;
    used += bytes;
    slots[slot] = entry + 1;
    INTS.set(array, entry, key.length);
    INTS.set(array, entry + 8, size);
    System.arraycopy(key, 0, array, entry + HEADER_BYTES, key.length);
    return entry;
  }

  /** Too large to keep. There is no taking out of single entries: it is rare. */
  private void forget(byte[] key) {
    int slot = slotOf(key);
    if (slot >= 0 && slots[slot] != 0) {
      clear();
    }
  }

  private void clear() {
    Arrays.fill(slots, 0);
    used = 0;
    entries = 0;
  }

  /** False if there is no room for another entry. */
  private boolean reserve(int bytes) {
    if (used + bytes > array.length || 2 * entries >= slots.length) {
      if (array.length >= bytesMax) {
        return false;
      }
      grow();
    }
    return true;
  }

  private void grow() {
    array = Arrays.copyOf(array, 2 * array.length);
    int[] old = slots;
    slots = new int[2 * old.length];
    for (int taken : old) {
      if (taken != 0) {
        int start = taken - 1 + HEADER_BYTES;
        int slot = slotOf(Arrays.copyOfRange(array, start, start + keySize(taken - 1)));
        if (slot >= 0) {
          slots[slot] = taken;
        }
      }
    }
  }

  /** Where the key is, or the free slot where it belongs; -1 if there is neither nearby. */
  private int slotOf(byte[] key) {
    int first = hash(key);
    for (int probe = 0; probe < PROBES_MAX; probe++) {
      int slot = (first + probe) & (slots.length - 1);
      int entry = slots[slot] - 1;
      if (entry < 0 || isOf(entry, key)) {
        return slot;
      }
    }
    return -1;
  }

  private boolean isOf(int entry, byte[] key) {
    int start = entry + HEADER_BYTES;
    return keySize(entry) == key.length
        && Arrays.equals(array, start, start + key.length, key, 0, key.length);
  }

  private int keySize(int entry) {
    return (int) INTS.get(array, entry);
  }

  private int rowSize(int entry) {
    return (int) INTS.get(array, entry + 4);
  }

  private int room(int entry) {
    return (int) INTS.get(array, entry + 8);
  }

  private int hash(byte[] key) {
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

  /** The finalizer of Stafford's variant 13 of MurmurHash3: every bit depends on every other. */
  private static long mix(long bits) {
    long z = (bits ^ bits >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}
