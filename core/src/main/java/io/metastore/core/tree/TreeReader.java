package io.metastore.core.tree;

import com.google.protobuf.ByteString;
import io.metastore.core.api.TreeView;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.api.ZnodeImage;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.Reader;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the tree through a reader of the tables. Thread-safe if the reader is. */
public final class TreeReader implements TreeView {
  /** So many access lists are kept in memory while all nodes are read. */
  private static final int ACLS_MAX = 1000;

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
  public List<String> children(String path, String after, int namesMax) {
    return ZnodeTable.children(reader, path, after, namesMax);
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
  public boolean isSessionPassword(long session, ByteString password) {
    SessionRecord found = SessionTable.find(reader, session);
    return found != null && found.getPassword().equals(password);
  }

  @Override
  public List<Long> sessions() {
    return SessionTable.ids(reader);
  }

  @Override
  public long sessionCount() {
    return SessionTable.count(reader);
  }

  @Override
  public void forEachNode(Visitor visitor) throws IOException {
    Map<Long, ZnodeAcl> acls = new TreeMap<>();
    try (Cursor cursor = ZnodeTable.all(reader)) {
      while (cursor.next()) {
        String path = ZnodeTable.path(cursor.key());
        Znode node = ZnodeTable.decode(path, cursor.value());
        if (acls.size() > ACLS_MAX) {
          acls.clear();
        }
        ZnodeAcl acl = acls.computeIfAbsent(node.getAcl(), id -> AclTable.get(reader, id));
        visitor.visit(image(path, node, acl, ZnodeTable.findData(reader, path)));
      }
    }
  }

  private static ZnodeImage image(
      String path, Znode node, ZnodeAcl acl, @Nullable ByteString data) {
    return new ZnodeImage(
        path,
        node.getCreated(),
        node.getModified(),
        node.getChildrenChanged(),
        node.getCreatedMs(),
        node.getModifiedMs(),
        node.getVersion(),
        node.getCreations(),
        node.getAclVersion(),
        node.getSession(),
        node.getContainer(),
        node.getTtlMs(),
        acl,
        data);
  }

  @Override
  public List<ZnodeAcl> accessLists() {
    return AclTable.all(reader);
  }

  @Override
  public Totals totals() {
    TreeTotals totals = ZnodeTable.totals(reader);
    return new Totals(totals.getNodes(), totals.getEphemerals(), totals.getBytes());
  }
}
