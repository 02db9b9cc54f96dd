package io.metastore.core.storage;

import java.util.Arrays;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one table in a {@link WriteSet}, in the order in which their keys were first
 * changed. A key's newest change replaces its earlier ones.
 *
 * <p>Most entries only look up single keys among their changes, so a hash table finds them; sorting
 * every change would double its cost. Only when a scan finds changes in its range are they sorted,
 * and kept so until {@link #clear}.
 */
final class TableChanges {
  /** Up to this many changes are searched one by one. */
  private static final int SEARCHED = 8;

  /** One for the process: a hash with a seed of its own for every log entry would be slow. */
  private static final KeyHash HASH = new KeyHash();

  private static final byte[][] NONE = {};

  private byte[][] keys = NONE;
  private byte[][] values = NONE;
  private int size;

  /**
   * Each used slot holds the position of a change plus one; 0 means free. Empty for up to {@link
   * #SEARCHED} changes. Its length is a power of two, and at least half of it is free.
   */
  private int[] slots = {};

  private byte @Nullable [] greatest;

  /** Whether the keys were first changed in key order. */
  private boolean inOrder = true;

  private @Nullable NavigableMap<byte[], byte[]> sorted;

  /** The value of a key's newest change; null if it has none. */
  byte @Nullable [] find(byte[] key) {
    int position = position(key);
    return position < 0 ? null : values[position];
  }

  void put(byte[] key, byte[] value) {
    int position = position(key);
    if (position >= 0) {
      values[position] = value;
    } else {
      add(key, value);
    }
    if (sorted != null) {
      sorted.put(key, value);
    }
  }

  void putAll(TableChanges others) {
    for (int i = 0; i < others.size; i++) {
      put(others.keys[i], others.values[i]);
    }
  }

  int size() {
    return size;
  }

  byte[] key(int position) {
    return keys[position];
  }

  byte[] value(int position) {
    return values[position];
  }

  /** Passes the newest change of each key, in key order. */
  void forEachInOrder(BiConsumer<byte[], byte[]> visitor) {
    if (inOrder) {
      for (int i = 0; i < size; i++) {
        visitor.accept(keys[i], values[i]);
      }
      return;
    }
    byte[][] ordered = Arrays.copyOf(keys, size);
    Arrays.sort(ordered, Arrays::compareUnsigned);
    for (byte[] key : ordered) {
      visitor.accept(key, values[position(key)]);
    }
  }

  /**
   * The changes of a range of keys, in key order.
   *
   * @param to exclusive; null is the end of the table
   */
  NavigableMap<byte[], byte[]> range(byte[] from, byte @Nullable [] to) {
    if (greatest == null
        || Arrays.compareUnsigned(greatest, from) < 0
        || (to != null && Arrays.compareUnsigned(from, to) >= 0)) {
      return Collections.emptyNavigableMap();
    }
    if (sorted == null) {
      sorted = new TreeMap<>(Arrays::compareUnsigned);
      for (int i = 0; i < size; i++) {
        sorted.put(keys[i], values[i]);
      }
    }
    return to == null ? sorted.tailMap(from, true) : sorted.subMap(from, true, to, false);
  }

  void clear() {
    keys = NONE;
    values = NONE;
    size = 0;
    slots = new int[0];
    greatest = null;
    inOrder = true;
    sorted = null;
  }

  private void add(byte[] key, byte[] value) {
    if (size == keys.length) {
      int capacity = Math.max(SEARCHED, 2 * size);
      keys = Arrays.copyOf(keys, capacity);
      values = Arrays.copyOf(values, capacity);
    }
    keys[size] = key;
    values[size] = value;
    size++;
    if (greatest == null || Arrays.compareUnsigned(key, greatest) > 0) {
      greatest = key;
    } else {
      inOrder = false;
    }
    if (2 * size > slots.length) {
      rebuildSlots();
    } else {
      occupySlot(size - 1);
    }
  }

  private void rebuildSlots() {
    if (size > SEARCHED) {
      slots = new int[Integer.highestOneBit(size) << 2];
      for (int i = 0; i < size; i++) {
        occupySlot(i);
      }
    }
  }

  private void occupySlot(int position) {
    int slot = HASH.of(keys[position]) & (slots.length - 1);
    while (slots[slot] != 0) {
      slot = (slot + 1) & (slots.length - 1);
    }
    slots[slot] = position + 1;
  }

  /** The position of a key's change; -1 if it has none. */
  private int position(byte[] key) {
    if (slots.length == 0) {
      for (int i = 0; i < size; i++) {
        if (Arrays.equals(keys[i], key)) {
          return i;
        }
      }
      return -1;
    }
    int slot = HASH.of(key) & (slots.length - 1);
    while (slots[slot] != 0) {
      int position = slots[slot] - 1;
      if (Arrays.equals(keys[position], key)) {
        return position;
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    return -1;
  }
}
