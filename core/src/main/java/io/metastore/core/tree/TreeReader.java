package io.metastore.core.tree;

import com.google.protobuf.ByteString;
import io.metastore.core.api.TreeView;
import io.metastore.core.storage.Reader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the tree through a reader of the tables. Thread-safe if the reader is. */
public final class TreeReader implements TreeView {
  private final Reader reader;

  public TreeReader(Reader reader) {
    this.reader = reader;
  }

  @Override
  public @Nullable Node find(String path) {
    Znode node = ZnodeTable.find(reader, path);
    return node == null
        ? null
        : new Node(ZnodeTable.stat(node), AclTable.get(reader, node.getAcl()));
  }

  @Override
  public @Nullable ByteString findData(String path) {
    return ZnodeTable.findData(reader, path);
  }

  @Override
  public List<String> children(String path) {
    return ZnodeTable.children(reader, path);
  }

  @Override
  public int countDescendants(String path) {
    return ZnodeTable.countDescendants(reader, path);
  }

  @Override
  public List<String> ephemerals(long session) {
    return ZnodeTable.ephemerals(reader, session);
  }

  @Override
  public int sessionTimeoutMs(long session) {
    SessionRecord found = SessionTable.find(reader, session);
    return found == null ? 0 : found.getTimeoutMs();
  }

  @Override
  public List<Long> sessions() {
    return SessionTable.ids(reader);
  }

  @Override
  public Totals totals() {
    TreeTotals totals = ZnodeTable.totals(reader);
    return new Totals(totals.getNodes(), totals.getEphemerals(), totals.getBytes());
  }
}
