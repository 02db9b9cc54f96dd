package io.metastore.core.kv;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.KeyWriter;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The number of existing keys, in blocks of neighbouring keys. To count a range, the counts of its
 * blocks are added up, and only the two blocks at its ends are iterated.
 *
 * <p>Layout in {@link Table#SMALL}: {@code c} ‖ user key → int32 number of keys from this key up to
 * the key of the next row. The first row's key is empty. A block with more than {@link
 * #BLOCK_KEYS_MAX} keys is split; small neighbouring blocks are merged, so that there are at most
 * about four rows for every {@link #BLOCK_KEYS_MAX} keys.
 *
 * <p>Owned by the apply thread, except {@link #count} and {@link #total}. The blocks are also kept
 * in memory, where the apply thread finds the block of a key. Their rows follow with {@link
 * #write}: a deletion of many keys changes a block a thousand times and writes its row once.
 */
public final class KeyCounts {
  static final int BLOCK_KEYS_MAX = 1024;
  private static final int MERGED_KEYS_MAX = BLOCK_KEYS_MAX / 2;

  private final NavigableMap<ByteString, Block> blocks = new TreeMap<>(KeyRange::compare);

  /** The blocks whose rows are not written yet, by first key; also those that were merged away. */
  private final NavigableMap<ByteString, Block> unwritten = new TreeMap<>(KeyRange::compare);

  /** The block of the last key. The next key is often in it too. */
  private Block last;

  /** The number of keys. Written by the apply thread. */
  private volatile long total;

  private static final class Block {
    final ByteString first;

    /** The first key of the next block; null if there is none. */
    @Nullable ByteString next;

    int keys;
    boolean changed;
    boolean merged;

    Block(ByteString first, @Nullable ByteString next, int keys) {
      this.first = first;
      this.next = next;
      this.keys = keys;
    }

    boolean contains(ByteString key) {
      return KeyRange.compare(first, key) <= 0 && (next == null || KeyRange.compare(key, next) < 0);
    }
  }

  /** Loads the rows from the table. */
  public KeyCounts(Reader reader) {
    last = new Block(ByteString.EMPTY, null, 0);
    blocks.put(last.first, last);
    try (Cursor rows = reader.scan(Table.SMALL, row(ByteString.EMPTY), rowsEnd())) {
      while (rows.next()) {
        ByteString first = firstKey(rows);
        if (first.isEmpty()) {
          last.keys = keys(rows);
        } else {
          last.next = first;
          last = new Block(first, null, keys(rows));
          blocks.put(first, last);
        }
      }
    }
    total = blocks.values().stream().mapToLong(block -> block.keys).sum();
  }

  /** The number of keys after the changes so far; readers may not see the last ones yet. */
  public long total() {
    return total;
  }

  /** The number of existing keys in a range. */
  static long count(Reader reader, KeyRange range) {
    ByteString to = range.to();
    long count = 0;
    // All keys before this one are counted, except those of the block that begins here.
    ByteString start = range.from();
    long blockKeys = -1;
    try (Cursor rows =
        reader.scan(Table.SMALL, row(range.from()), to == null ? rowsEnd() : row(to))) {
      while (rows.next()) {
        ByteString next = firstKey(rows);
        count += blockKeys >= 0 ? blockKeys : walk(reader, new KeyRange(start, next, false));
        start = next;
        blockKeys = keys(rows);
      }
    }
    boolean whole = blockKeys >= 0 && to == null;
    return count + (whole ? blockKeys : walk(reader, new KeyRange(start, to, false)));
  }

  private static long walk(Reader reader, KeyRange range) {
    if (range.isEmpty()) {
      return 0;
    }
    try (VersionCursor keys = VersionCursor.latest(reader, range)) {
      return keys.countRest();
    }
  }

  /**
   * Counts a new key.
   *
   * @param reader already contains the key
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // only one thread writes it
  public void created(Reader reader, ByteString key) {
    total++;
    Block block = block(key);
    change(block, block.keys + 1);
    if (block.keys > BLOCK_KEYS_MAX) {
      int kept = block.keys / 2;
      Block added = new Block(key(reader, block.first, kept), block.next, 0);
      blocks.put(added.first, added);
      change(added, block.keys - kept);
      block.next = added.first;
      change(block, kept);
    }
  }

  /** Counts a deleted key. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // only one thread writes it
  public void deleted(ByteString key) {
    total--;
    Block block = block(key);
    change(block, block.keys - 1);
    if (block.keys <= MERGED_KEYS_MAX && !mergeWithNext(blocks.lowerKey(block.first))) {
      mergeWithNext(block.first);
    }
  }

  /** Writes the rows of all blocks that have changed. */
  public void write(WriteSet writes) {
    for (Block block : unwritten.values()) {
      block.changed = false;
      if (block.merged) {
        writes.delete(Table.SMALL, row(block.first));
      } else {
        writes.put(Table.SMALL, row(block.first), new KeyWriter().int32(block.keys).toBytes());
      }
    }
    unwritten.clear();
  }

  private Block block(ByteString key) {
    if (last.merged || !last.contains(key)) {
      last = blocks.floorEntry(key).getValue();
    }
    return last;
  }

  private void change(Block block, int keys) {
    block.keys = keys;
    if (!block.changed) {
      block.changed = true;
      unwritten.put(block.first, block);
    }
  }

  /** Merges a block with the next one if both exist and are small; false if it did not. */
  private boolean mergeWithNext(@Nullable ByteString first) {
    Block block = first == null ? null : blocks.get(first);
    Block next = block == null || block.next == null ? null : blocks.get(block.next);
    if (block == null || next == null || block.keys + next.keys > MERGED_KEYS_MAX) {
      return false;
    }
    change(block, block.keys + next.keys);
    block.next = next.next;
    blocks.remove(next.first);
    next.merged = true;
    change(next, 0);
    return true;
  }

  /** The key of the block at {@code first} that is preceded by {@code skipped} others. */
  private static ByteString key(Reader reader, ByteString first, int skipped) {
    try (Cursor keys = reader.scan(Table.LATEST, first.toByteArray(), null)) {
      for (int i = 0; i <= skipped; i++) {
        if (!keys.next()) {
          throw new IllegalStateException("fewer keys than were counted");
        }
      }
      return UnsafeByteOperations.unsafeWrap(keys.key());
    }
  }

  private static byte[] row(ByteString firstKey) {
    return SmallTable.COUNT.key().bytes(firstKey).toBytes();
  }

  private static byte @Nullable [] rowsEnd() {
    return Bytes.afterPrefix(SmallTable.COUNT.key().toBytes());
  }

  private static ByteString firstKey(Cursor rows) {
    return new KeyReader(rows.key()).skip(1).bytes();
  }

  private static int keys(Cursor rows) {
    return new KeyReader(rows.value()).int32();
  }
}
