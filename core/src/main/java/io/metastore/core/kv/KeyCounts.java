package io.metastore.core.kv;

import static java.util.Objects.requireNonNull;

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
import java.util.Map;
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
 * <p>Owned by the apply thread, except {@link #count}. The rows are also kept in memory, where the
 * apply thread finds the block of a key.
 */
public final class KeyCounts {
  static final int BLOCK_KEYS_MAX = 1024;
  private static final int JOINED_KEYS_MAX = BLOCK_KEYS_MAX / 2;

  private final NavigableMap<ByteString, Integer> blocks = new TreeMap<>(KeyRange::compare);

  /** Loads the rows from the table. */
  public KeyCounts(Reader reader) {
    blocks.put(ByteString.EMPTY, 0);
    try (Cursor rows = reader.scan(Table.SMALL, row(ByteString.EMPTY), rowsEnd())) {
      while (rows.next()) {
        blocks.put(firstKey(rows), keys(rows));
      }
    }
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

  /** Counts a new key, which {@code writes} already contains. */
  public void created(WriteSet writes, ByteString key) {
    Map.Entry<ByteString, Integer> block = blocks.floorEntry(key);
    int keys = block.getValue() + 1;
    if (keys <= BLOCK_KEYS_MAX) {
      set(writes, block.getKey(), keys);
    } else {
      int kept = keys / 2;
      set(writes, key(writes, block.getKey(), kept), keys - kept);
      set(writes, block.getKey(), kept);
    }
  }

  /** Counts a deleted key. */
  public void deleted(WriteSet writes, ByteString key) {
    Map.Entry<ByteString, Integer> block = blocks.floorEntry(key);
    set(writes, block.getKey(), block.getValue() - 1);
    if (!join(writes, blocks.lowerKey(block.getKey()), block.getKey())) {
      join(writes, block.getKey(), blocks.higherKey(block.getKey()));
    }
  }

  /** Merges two blocks if both exist and are small; false if it did not. */
  private boolean join(WriteSet writes, @Nullable ByteString first, @Nullable ByteString second) {
    if (first == null || second == null) {
      return false;
    }
    int keys = requireNonNull(blocks.get(first)) + requireNonNull(blocks.get(second));
    if (keys > JOINED_KEYS_MAX) {
      return false;
    }
    set(writes, first, keys);
    blocks.remove(second);
    writes.delete(Table.SMALL, row(second));
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

  private void set(WriteSet writes, ByteString first, int keys) {
    blocks.put(first, keys);
    writes.put(Table.SMALL, row(first), new KeyWriter().int32(keys).toBytes());
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
