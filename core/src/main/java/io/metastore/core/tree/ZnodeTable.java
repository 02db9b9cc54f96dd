package io.metastore.core.tree;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.api.ZnodeStat;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Table;
import io.metastore.core.storage.WriteSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of the tree.
 *
 * <p>{@link Table#ZNODES}: path of the parent ‖ 0 ‖ name → {@link Znode}; the key of the root is a
 * single 0. {@link Table#ZNODE_DATA}: path → data, unless the node has none. The children of a node
 * are stored next to each other, and adding a child does not read or write the parent's data.
 * {@link Table#SMALL}: {@code e} ‖ int64 session ‖ path → nothing for an ephemeral node; {@code m}
 * ‖ {@code n} → {@link TreeTotals}.
 */
final class ZnodeTable {
  private static final byte[] ROOT = {0};
  private static final byte[] TOTALS = SmallTable.META.key().int8('n').toBytes();

  /** The node that tells clients the members of the cluster. */
  static final String CONFIGURATION = "/zookeeper/config";

  private static final List<String> FIRST_NODES =
      List.of("/", "/zookeeper", CONFIGURATION, Quotas.ROOT);

  private ZnodeTable() {}

  static @Nullable Znode find(Reader reader, String path) {
    if (!Paths.mayExist(path)) {
      return null;
    }
    byte[] value = reader.find(Table.ZNODES, key(path));
    return value == null ? null : decode(path, value);
  }

  /** The data of an existing node; null if it has none. */
  static @Nullable ByteString findData(Reader reader, String path) {
    byte[] data = reader.find(Table.ZNODE_DATA, dataKey(path));
    return data == null ? null : UnsafeByteOperations.unsafeWrap(data);
  }

  static List<String> children(Reader reader, String path) {
    return children(reader, path, "", Integer.MAX_VALUE);
  }

  /** The first names of children after a given one. */
  static List<String> children(Reader reader, String path, String after, int namesMax) {
    List<String> names = new ArrayList<>();
    if (!Paths.mayExist(path)) {
      return names;
    }
    byte[] prefix = Paths.childrenKey(path).toBytes();
    byte[] last = Paths.childrenKey(path).bytes(Paths.utf8(after)).toBytes();
    // The root's own key equals the prefix of its children's keys.
    try (Cursor cursor = reader.scan(Table.ZNODES, Bytes.after(last), Bytes.afterPrefix(prefix))) {
      while (names.size() < namesMax && cursor.next()) {
        names.add(new KeyReader(cursor.key()).skip(prefix.length).bytes().toStringUtf8());
      }
    }
    return names;
  }

  static boolean hasChildren(Reader reader, String path) {
    try (Cursor cursor = childCursor(reader, Paths.childrenKey(path).toBytes())) {
      return cursor.next();
    }
  }

  /** All nodes; each comes after its parent, because its key contains the parent's path. */
  static Cursor all(Reader reader) {
    return reader.scan(Table.ZNODES, ROOT, null);
  }

  /** The path of a key in {@link Table#ZNODES}. */
  static String path(byte[] key) {
    int end = key.length - 1;
    while (key[end] != 0) {
      end--;
    }
    String parent = new String(key, 0, end, StandardCharsets.UTF_8);
    return parent + "/" + new String(key, end + 1, key.length - end - 1, StandardCharsets.UTF_8);
  }

  static int countDescendants(Reader reader, String path) {
    if (Paths.isRoot(path)) {
      return count(reader.scan(Table.ZNODES, Bytes.after(ROOT), null));
    }
    byte[] below = Paths.utf8(path + "/").toByteArray();
    return count(childCursor(reader, Paths.childrenKey(path).toBytes()))
        + count(reader.scan(Table.ZNODES, below, Bytes.afterPrefix(below)));
  }

  /** The number of nodes, and the bytes of their data, of a node and all nodes below it. */
  static Usage usage(Reader reader, String path) {
    Znode node = find(reader, path);
    if (node == null) {
      return new Usage(0, 0);
    }
    byte[] below = Paths.utf8(path + "/").toByteArray();
    return new Usage(1, node.getDataLength())
        .plus(usage(path, childCursor(reader, Paths.childrenKey(path).toBytes())))
        .plus(usage(path, reader.scan(Table.ZNODES, below, Bytes.afterPrefix(below))));
  }

  record Usage(long nodes, long bytes) {
    Usage plus(Usage other) {
      return new Usage(nodes + other.nodes, bytes + other.bytes);
    }
  }

  private static Usage usage(String path, Cursor cursor) {
    long nodes = 0;
    long bytes = 0;
    try (cursor) {
      while (cursor.next()) {
        nodes++;
        bytes += decode(path, cursor.value()).getDataLength();
      }
    }
    return new Usage(nodes, bytes);
  }

  /** The paths of a session's ephemeral nodes, in order. */
  static List<String> ephemerals(Reader reader, long session) {
    byte[] prefix = SmallTable.EPHEMERAL.key().int64(session).toBytes();
    List<String> paths = new ArrayList<>();
    try (Cursor cursor = reader.scan(Table.SMALL, prefix, Bytes.afterPrefix(prefix))) {
      while (cursor.next()) {
        paths.add(new KeyReader(cursor.key()).skip(prefix.length).bytes().toStringUtf8());
      }
    }
    return paths;
  }

  static TreeTotals totals(Reader reader) {
    byte[] value = reader.find(Table.SMALL, TOTALS);
    try {
      return value == null ? TreeTotals.getDefaultInstance() : TreeTotals.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("totals of the tree are damaged", e);
    }
  }

  /** Creates the root and ZooKeeper's system nodes; false if they exist. */
  static boolean createFirstNodes(WriteSet writes) {
    if (find(writes, "/") != null) {
      return false;
    }
    for (String path : FIRST_NODES) {
      long children = FIRST_NODES.stream().filter(p -> !p.equals("/") && isChild(p, path)).count();
      Znode.Builder node = Znode.newBuilder().setChildren((int) children);
      if (path.equals(CONFIGURATION)) {
        // As in ZooKeeper, which sets this node's access list without counting it.
        node.setAcl(AclTable.share(writes, ZnodeAcl.READ_ONLY)).setAclVersion(-1);
      }
      put(writes, path, null, node.build());
      // Empty data instead of none: Curator reads the configuration node and fails if it has no
      // data.
      putData(writes, path, ByteString.EMPTY);
    }
    return true;
  }

  private static boolean isChild(String path, String parent) {
    return Paths.shown(Paths.parent(path)).equals(parent);
  }

  /**
   * Puts a node and updates what depends on it.
   *
   * @param before the current node; null if there is none
   */
  static void put(WriteSet writes, String path, @Nullable Znode before, Znode after) {
    writes.put(Table.ZNODES, key(path), after.toByteArray());
    changed(writes, path, before, after);
  }

  /** Removes a node that has no children. */
  static void remove(WriteSet writes, String path, Znode before) {
    writes.delete(Table.ZNODES, key(path));
    writes.delete(Table.ZNODE_DATA, dataKey(path));
    changed(writes, path, before, null);
  }

  /**
   * Sets the data of a node.
   *
   * @param data null for none
   */
  static void putData(WriteSet writes, String path, @Nullable ByteString data) {
    if (data == null) {
      writes.delete(Table.ZNODE_DATA, dataKey(path));
    } else {
      writes.put(Table.ZNODE_DATA, dataKey(path), data.toByteArray());
    }
  }

  static ZnodeStat stat(Znode node) {
    return new ZnodeStat(
        node.getCreated(),
        node.getModified(),
        node.getCreatedMs(),
        node.getModifiedMs(),
        node.getVersion(),
        // ZooKeeper counts creations and deletions of children; deletions are creations minus
        // existing children.
        2 * node.getCreations() - node.getChildren(),
        node.getAclVersion(),
        node.getSession(),
        node.getDataLength(),
        node.getChildren(),
        node.getChildrenChanged());
  }

  private static void changed(
      WriteSet writes, String path, @Nullable Znode before, @Nullable Znode after) {
    ReapTable.changed(writes, path, before, after);
    if (before == null && after != null && after.getSession() != 0) {
      writes.put(Table.SMALL, ephemeralKey(after.getSession(), path), Bytes.EMPTY);
    } else if (before != null && before.getSession() != 0 && after == null) {
      writes.delete(Table.SMALL, ephemeralKey(before.getSession(), path));
    }
    if (before == null || after == null || before.getDataLength() != after.getDataLength()) {
      TreeTotals totals = totals(writes);
      writes.put(
          Table.SMALL,
          TOTALS,
          totals.toBuilder()
              .setNodes(totals.getNodes() + count(after) - count(before))
              .setEphemerals(totals.getEphemerals() + ephemerals(after) - ephemerals(before))
              .setBytes(totals.getBytes() + bytes(path, after) - bytes(path, before))
              .setQuotas(
                  Quotas.isLimit(path)
                      ? totals.getQuotas() + count(after) - count(before)
                      : totals.getQuotas())
              .build()
              .toByteArray());
    }
  }

  private static int count(@Nullable Znode node) {
    return node == null ? 0 : 1;
  }

  private static int ephemerals(@Nullable Znode node) {
    return node == null || node.getSession() == 0 ? 0 : 1;
  }

  private static long bytes(String path, @Nullable Znode node) {
    return node == null ? 0 : path.length() + node.getDataLength();
  }

  private static Cursor childCursor(Reader reader, byte[] prefix) {
    // The root's own key equals the prefix of its children's keys.
    return reader.scan(Table.ZNODES, Bytes.after(prefix), Bytes.afterPrefix(prefix));
  }

  private static int count(Cursor cursor) {
    int found = 0;
    try (cursor) {
      while (cursor.next()) {
        found++;
      }
    }
    return found;
  }

  private static byte[] key(String path) {
    return Paths.isRoot(path)
        ? ROOT
        : Paths.childrenKey(Paths.parent(path)).bytes(Paths.utf8(Paths.name(path))).toBytes();
  }

  static byte[] dataKey(String path) {
    return Paths.utf8(Paths.shown(path)).toByteArray();
  }

  private static byte[] ephemeralKey(long session, String path) {
    return SmallTable.EPHEMERAL.key().int64(session).bytes(Paths.utf8(path)).toBytes();
  }

  static Znode decode(String path, byte[] value) {
    try {
      return Znode.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("znode " + path + " is damaged", e);
    }
  }
}
