package io.metastore.core.tree;

import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Table;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Checks that the tables of the znode tree agree with each other: every node has its parent, its
 * data and its session, and the numbers of children are right.
 *
 * <p>Reads every entry once in order and looks up its counterpart. Memory is flat. For one thread.
 */
public final class TreeCheck {
  private final Reader reader;
  private final Consumer<String> faults;
  private final Consumer<Cursor> passed;
  private long nodes;

  /**
   * @param faults receives one sentence for every fault
   * @param passed is called at every entry, to show progress
   */
  public TreeCheck(Reader reader, Consumer<String> faults, Consumer<Cursor> passed) {
    this.reader = reader;
    this.faults = faults;
    this.passed = passed;
  }

  /** Checks everything. */
  public void run() {
    checkNodes();
    checkData();
    checkEphemerals();
    long recorded = ZnodeTable.totals(reader).getNodes();
    if (recorded != nodes) {
      faults.accept("the tree has %d znodes, but is recorded with %d".formatted(nodes, recorded));
    }
  }

  /** The number of znodes. */
  public long nodes() {
    return nodes;
  }

  private void checkNodes() {
    String parent = "";
    long children = 0;
    try (Cursor all = reader.scanOnce(Table.ZNODES, Bytes.EMPTY, null)) {
      while (all.next()) {
        passed.accept(all);
        nodes++;
        String path = ZnodeTable.path(all.key());
        Znode node;
        try {
          node = ZnodeTable.decode(path, all.value());
        } catch (IllegalStateException e) {
          faults.accept("znode %s cannot be decoded".formatted(path));
          continue;
        }
        checkNode(path, node);
        if (Paths.isRoot(path)) {
          continue;
        }
        // The children of a node follow each other.
        if (!Paths.parent(path).equals(parent)) {
          compareChildren(parent, children);
          parent = Paths.parent(path);
          children = 0;
        }
        children++;
      }
    }
    compareChildren(parent, children);
  }

  private void checkNode(String path, Znode node) {
    byte[] data = reader.find(Table.ZNODE_DATA, ZnodeTable.dataKey(path));
    if (node.getDataLength() != (data == null ? 0 : data.length)) {
      faults.accept(
          "the data of znode %s has %d bytes, but is recorded with %d"
              .formatted(path, data == null ? 0 : data.length, node.getDataLength()));
    }
    if (node.getSession() != 0 && SessionTable.find(reader, node.getSession()) == null) {
      faults.accept(
          "znode %s belongs to session %x, which does not exist"
              .formatted(path, node.getSession()));
    }
    if (node.getChildren() > 0 && !ZnodeTable.hasChildren(reader, path)) {
      faults.accept(
          "znode %s is recorded with %d children, but has none"
              .formatted(path, node.getChildren()));
    }
  }

  private void compareChildren(String parent, long children) {
    if (children == 0) {
      return;
    }
    Znode node = ZnodeTable.find(reader, parent);
    if (node == null) {
      faults.accept("znode %s has %d children, but does not exist".formatted(parent, children));
    } else if (node.getChildren() != children) {
      faults.accept(
          "znode %s has %d children, but is recorded with %d"
              .formatted(parent, children, node.getChildren()));
    }
  }

  private void checkData() {
    try (Cursor data = reader.scanOnce(Table.ZNODE_DATA, Bytes.EMPTY, null)) {
      while (data.next()) {
        passed.accept(data);
        String path = new String(data.key(), StandardCharsets.UTF_8);
        if (ZnodeTable.find(reader, path) == null) {
          faults.accept("there is data of znode %s, which does not exist".formatted(path));
        }
      }
    }
  }

  private void checkEphemerals() {
    byte[] prefix = SmallTable.EPHEMERAL.key().toBytes();
    try (Cursor rows = reader.scan(Table.SMALL, prefix, Bytes.afterPrefix(prefix))) {
      while (rows.next()) {
        passed.accept(rows);
        KeyReader row = new KeyReader(rows.key()).skip(1);
        long session = row.int64();
        String path = row.bytes().toStringUtf8();
        Znode node = ZnodeTable.find(reader, path);
        if (node == null || node.getSession() != session) {
          faults.accept(
              "session %x is recorded with the ephemeral znode %s, which is not its"
                  .formatted(session, path));
        }
      }
    }
  }
}
