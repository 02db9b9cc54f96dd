package io.metastore.core.storage;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A write-through cache of recently written rows of one table. Every write of a key first reads the
 * row that it replaces, which is usually here; RocksDB takes ten times as long.
 *
 * <p>All rows are stored in one array, so that the garbage collector has no references to follow. A
 * rewritten row is updated in place if it fits. When the array is full, the whole cache is cleared.
 *
 * <p>Owned by the writing thread.
 */
final class RowCache {
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int ARRAY_BYTES_MIN = 256 << 10;

  /** int32 size of the key, of the row, and of the space reserved for the row; then key and row. */
  private static final int HEADER_BYTES = 12;

  /**
   * Bytes of the array per hash slot: even with rows as small as this, half of the slots stay free.
   */
  private static final int BYTES_PER_SLOT = 32;

  /**
   * A longer probe sequence means that somebody crafted colliding keys; the cache is then cleared.
   */
  private static final int PROBES_MAX = 64;

  private static final int ABSENT = -1;

  private final int bytesMax;
  private final int rowBytesMax;

  private final KeyHash hash = new KeyHash();

  private byte[] array = new byte[ARRAY_BYTES_MIN];
  private int used;
  private int entries;

  /** Each used slot holds the offset of an entry in the array plus one; 0 means free. */
  private int[] slots = new int[ARRAY_BYTES_MIN / BYTES_PER_SLOT];

  /** Reads rows that the cache does not hold. */
  interface Rows {
    byte @Nullable [] find(byte[] key);
  }

  /**
   * @param bytesMax size of the array at most, with rows and keys; a power of two
   */
  RowCache(int bytesMax) {
    this.bytesMax = bytesMax;
    this.rowBytesMax = bytesMax / 64;
  }

  /** The row of a key; null if the table has none. */
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
   * Records a write.
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

  /** Allocates an entry for a row and points the key's slot to it. */
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

  /**
   * Handles a row that is too large to cache. Single entries cannot be removed, so the whole cache
   * is cleared if it holds an older row of the key; this is rare.
   */
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

  /** Makes sure that the array has space for another entry; false if it cannot grow any more. */
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

  /**
   * The slot of a key, or the free slot where it belongs; -1 if neither is found within the probe
   * limit.
   */
  private int slotOf(byte[] key) {
    int first = hash.of(key);
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
}
