package io.metastore.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Table;
import io.metastore.core.tree.TreeTotals;
import io.metastore.core.tree.Znode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * The invariants that must hold between the tables of the znode tree. Decodes the documented
 * layouts independently.
 */
final class TreeInvariants {
  private static final byte[] TOTALS = {'m', 'n'};

  private final Reader reader;
  private final Map<String, Znode> nodes = new TreeMap<>();

  private TreeInvariants(Reader reader) {
    this.reader = reader;
    forEach(
        Table.ZNODES,
        Bytes.EMPTY,
        (key, value) -> {
          String text = key.toStringUtf8();
          int end = text.indexOf('\0');
          String path =
              text.length() == 1 ? "/" : text.substring(0, end) + "/" + text.substring(end + 1);
          nodes.put(path, parse(value));
        });
  }

  /** Checks all invariants; fails at the first that does not hold. */
  static void check(Reader reader, Set<Long> leases) {
    TreeInvariants invariants = new TreeInvariants(reader);
    invariants.checkChildren();
    invariants.checkData();
    invariants.checkIndexes();
    invariants.checkAccessLists();
    invariants.checkSessions(leases);
    invariants.checkTotals();
  }

  private void checkChildren() {
    nodes.forEach(
        (path, node) -> {
          String prefix = path.equals("/") ? "/" : path + "/";
          long children =
              nodes.keySet().stream()
                  .filter(p -> p.startsWith(prefix) && p.length() > prefix.length())
                  .filter(p -> p.indexOf('/', prefix.length()) < 0)
                  .count();
          assertThat((long) node.getChildren()).as("children of " + path).isEqualTo(children);
          if (!path.equals("/")) {
            assertThat(nodes).as("parent of " + path).containsKey(parent(path));
          }
          if (children > 0) {
            assertThat(node.getSession()).as("a parent is not ephemeral: " + path).isZero();
          }
        });
  }

  private static String parent(String path) {
    String parent = path.substring(0, path.lastIndexOf('/'));
    return parent.isEmpty() ? "/" : parent;
  }

  private void checkData() {
    forEach(
        Table.ZNODE_DATA,
        Bytes.EMPTY,
        (key, value) ->
            assertThat(nodes).as("node that owns the data").containsKey(key.toStringUtf8()));
    nodes.forEach(
        (path, node) -> {
          byte[] data = reader.find(Table.ZNODE_DATA, ByteString.copyFromUtf8(path).toByteArray());
          assertThat(node.getDataLength())
              .as("length of data of " + path)
              .isEqualTo(data == null ? 0 : data.length);
        });
  }

  private void checkIndexes() {
    Set<String> ephemerals = new TreeSet<>();
    Set<String> reapable = new TreeSet<>();
    nodes.forEach(
        (path, node) -> {
          if (node.getSession() != 0) {
            ephemerals.add(node.getSession() + path);
          }
          if (node.getChildren() == 0 && node.getTtlMs() > 0) {
            reapable.add((node.getModifiedMs() + node.getTtlMs()) + path);
          } else if (node.getChildren() == 0 && node.getContainer() && node.getCreations() > 0) {
            reapable.add("0" + path);
          }
        });
    assertThat(numbered(SmallTable.EPHEMERAL)).as("ephemerals by session").isEqualTo(ephemerals);
    assertThat(numbered(SmallTable.REAPABLE)).as("nodes to reap").isEqualTo(reapable);
  }

  /** Entries whose key consists of a number and a path. */
  private Set<String> numbered(SmallTable table) {
    Set<String> found = new TreeSet<>();
    forEach(
        Table.SMALL,
        table.key().toBytes(),
        (key, value) -> {
          KeyReader in = new KeyReader(key.toByteArray()).skip(1);
          found.add(in.int64() + in.bytes().toStringUtf8());
        });
    return found;
  }

  private void checkAccessLists() {
    Map<Long, Long> used = new TreeMap<>();
    nodes.values().stream()
        .filter(node -> node.getAcl() != 0)
        .forEach(node -> used.merge(node.getAcl(), 1L, Long::sum));
    Map<Long, Long> counted = new TreeMap<>();
    Map<ByteString, Long> lists = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    forEach(
        Table.SMALL,
        SmallTable.ACL.key().int8('l').toBytes(),
        (key, value) -> {
          long id = new KeyReader(key.toByteArray()).skip(2).int64();
          KeyReader in = new KeyReader(value);
          counted.put(id, in.int64());
          lists.put(in.bytes(), id);
        });
    assertThat(counted).as("nodes that have an access list").isEqualTo(used);
    Map<ByteString, Long> ids = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    forEach(
        Table.SMALL,
        SmallTable.ACL.key().int8('i').toBytes(),
        (key, value) -> ids.put(key.substring(2), new KeyReader(value).int64()));
    assertThat(ids).as("ids of access lists").isEqualTo(lists);
  }

  private void checkSessions(Set<Long> leases) {
    List<Long> sessions = new ArrayList<>();
    forEach(
        Table.SMALL,
        SmallTable.SESSION.key().toBytes(),
        (key, value) -> sessions.add(new KeyReader(key.toByteArray()).skip(1).int64()));
    assertThat(leases).as("leases of sessions").containsAll(sessions);
    nodes.values().stream()
        .filter(node -> node.getSession() != 0)
        .forEach(node -> assertThat(sessions).contains(node.getSession()));
  }

  private void checkTotals() {
    byte[] value = reader.find(Table.SMALL, TOTALS);
    TreeTotals.Builder expected = TreeTotals.newBuilder().setNodes(nodes.size());
    nodes.forEach(
        (path, node) -> {
          if (path.startsWith("/zookeeper/quota/") && path.endsWith("/zookeeper_limits")) {
            expected.setQuotas(expected.getQuotas() + 1);
          }
          expected.setBytes(expected.getBytes() + path.length() + node.getDataLength());
          if (node.getSession() != 0) {
            expected.setEphemerals(expected.getEphemerals() + 1);
          }
        });
    try {
      assertThat(value == null ? TreeTotals.getDefaultInstance() : TreeTotals.parseFrom(value))
          .isEqualTo(expected.build());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Znode parse(byte[] value) {
    try {
      return Znode.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private void forEach(Table table, byte[] prefix, BiConsumer<ByteString, byte[]> visitor) {
    try (Cursor cursor = reader.scan(table, prefix, Bytes.afterPrefix(prefix))) {
      while (cursor.next()) {
        visitor.accept(ByteString.copyFrom(cursor.key()), cursor.value());
      }
    }
  }
}
