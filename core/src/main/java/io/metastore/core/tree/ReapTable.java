package io.metastore.core.tree;

import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that are deleted without a request: containers whose last child was deleted, and TTL
 * nodes without children.
 *
 * <p>Layout in {@link Table#SMALL}: {@code t} ‖ int64 due time in milliseconds since 1970 ‖ path →
 * nothing.
 */
public final class ReapTable {
  private static final long NEVER = -1;

  private ReapTable() {}

  /** Paths of nodes that are due, earliest due time first. */
  public static List<String> due(Reader reader, long timeMs, int pathsMax) {
    byte[] from = SmallTable.REAPABLE.key().toBytes();
    byte[] to = SmallTable.REAPABLE.key().int64(timeMs + 1).toBytes();
    List<String> paths = new ArrayList<>();
    try (Cursor cursor = reader.scan(Table.SMALL, from, to)) {
      while (paths.size() < pathsMax && cursor.next()) {
        paths.add(
            new KeyReader(cursor.key()).skip(from.length + Long.BYTES).bytes().toStringUtf8());
      }
    }
    return paths;
  }

  static boolean isDue(Znode node, long timeMs) {
    long due = dueMs(node);
    return due != NEVER && due <= timeMs;
  }

  static void changed(WriteSet writes, String path, @Nullable Znode before, @Nullable Znode after) {
    long dueBefore = before == null ? NEVER : dueMs(before);
    long dueAfter = after == null ? NEVER : dueMs(after);
    if (dueBefore == dueAfter) {
      return;
    }
    if (dueBefore != NEVER) {
      writes.delete(Table.SMALL, key(dueBefore, path));
    }
    if (dueAfter != NEVER) {
      writes.put(Table.SMALL, key(dueAfter, path), Bytes.EMPTY);
    }
  }

  private static long dueMs(Znode node) {
    if (node.getChildren() > 0) {
      return NEVER;
    }
    if (node.getTtlMs() > 0) {
      return node.getModifiedMs() + node.getTtlMs();
    }
    // A container is due as soon as it is empty, but only if it ever had a child: its creator is
    // about to add one.
    return node.getContainer() && node.getCreations() > 0 ? 0 : NEVER;
  }

  private static byte[] key(long dueMs, String path) {
    return SmallTable.REAPABLE.key().int64(dueMs).bytes(Paths.utf8(path)).toBytes();
  }
}
