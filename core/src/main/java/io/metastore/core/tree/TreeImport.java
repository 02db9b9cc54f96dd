package io.metastore.core.tree;

import com.google.protobuf.ByteString;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.api.ZnodeImage;
import io.metastore.core.lease.Lease;
import io.metastore.core.lease.LeaseTable;
import io.metastore.core.storage.Storage;
import io.metastore.core.storage.WriteSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fills empty tables with the nodes and sessions of a ZooKeeper server: first those of a snapshot,
 * then the transactions after it.
 *
 * <p>ZooKeeper writes a snapshot while the tree changes, so a snapshot already contains some of the
 * transactions after it. As ZooKeeper does when it starts ({@code DataTree.processTxn}), a
 * transaction is therefore applied as far as it still can be: a node that exists is not created
 * again, and one that is gone is not deleted.
 *
 * <p>Equal trees give equal tables, in whatever order their nodes came. Memory does not grow with
 * the tree. Owned by one thread.
 */
public final class TreeImport {
  private static final int BATCH_BYTES = 1 << 20;

  /** Before the index of any entry in the log; not 0, which means "any" in a revocation. */
  private static final long GRANTED_INDEX = 1;

  private final Storage storage;
  private final WriteSet writes;

  public TreeImport(Storage storage) {
    this.storage = storage;
    this.writes = storage.newWriteSet();
  }

  /**
   * Adds a session, or replaces the one with its ID.
   *
   * @param password which the client must send to continue the session
   */
  public void openSession(long id, int timeoutMs, ByteString password) {
    // As much longer than the timeout as that of a new session (ClientConnection.leaseTtl).
    long seconds = ((long) timeoutMs + timeoutMs / 10 + 999) / 1000;
    LeaseTable.put(writes, new Lease(id, seconds, 0, GRANTED_INDEX, Lease.Kind.SESSION, ""));
    SessionTable.put(
        writes,
        id,
        SessionRecord.newBuilder().setTimeoutMs(timeoutMs).setPassword(password).build());
    writeIfLarge();
  }

  /**
   * Removes a session and its ephemeral nodes.
   *
   * @param paths nodes that the transaction names; deleted whoever owns them
   */
  public void endSession(long id, List<String> paths, long zxid) {
    paths.forEach(path -> delete(path, zxid));
    ZnodeTable.ephemerals(writes, id).forEach(path -> delete(path, zxid));
    LeaseTable.remove(writes, id);
    SessionTable.remove(writes, id);
    writeIfLarge();
  }

  /**
   * Adds a node of a snapshot, in which a parent comes before its children.
   *
   * @throws IllegalArgumentException if there is no parent
   */
  public void addNode(ZnodeImage node) {
    if (!Paths.isRoot(node.path())) {
      String parentPath = Paths.parent(node.path());
      Znode parent = ZnodeTable.find(writes, parentPath);
      if (parent == null) {
        throw new IllegalArgumentException("the snapshot contains no parent of " + node.path());
      }
      ZnodeTable.put(
          writes,
          parentPath,
          parent,
          parent.toBuilder().setChildren(parent.getChildren() + 1).build());
    }
    put(node);
  }

  /**
   * Creates a node as a transaction did.
   *
   * @param creations number of children ever created below the parent, with this one; -1 if the
   *     transaction does not say, as in ZooKeeper 3.3
   */
  public void create(ZnodeImage node, int creations, long zxid) {
    String path = node.path();
    String parentPath = Paths.parent(path);
    Znode parent = ZnodeTable.find(writes, parentPath);
    if (parent == null) {
      return;
    }
    Znode.Builder changed = parent.toBuilder();
    int after = creations == -1 ? parent.getCreations() + 1 : creations;
    if (after > parent.getCreations()) {
      changed.setCreations(after).setChildrenChanged(zxid);
    }
    boolean exists = ZnodeTable.find(writes, path) != null;
    if (!exists) {
      changed.setChildren(parent.getChildren() + 1);
    }
    ZnodeTable.put(writes, parentPath, parent, changed.build());
    if (!exists) {
      put(node);
    }
    writeIfLarge();
  }

  private void put(ZnodeImage node) {
    ByteString data = node.data();
    Znode stored =
        Znode.newBuilder()
            .setCreated(node.created())
            .setModified(node.modified())
            .setChildrenChanged(node.childrenChanged())
            .setCreatedMs(node.createdMs())
            .setModifiedMs(node.modifiedMs())
            .setVersion(node.version())
            .setCreations(node.creations())
            .setAclVersion(node.aclVersion())
            .setSession(node.session())
            .setContainer(node.container())
            .setTtlMs(node.ttlMs())
            .setAcl(AclTable.shareByContent(writes, node.acl()))
            .setDataLength(data == null ? 0 : data.size())
            .build();
    ZnodeTable.put(writes, node.path(), null, stored);
    ZnodeTable.putData(writes, node.path(), data);
    writeIfLarge();
  }

  /** Deletes a node as a transaction did. */
  public void delete(String path, long zxid) {
    String parentPath = Paths.parent(path);
    Znode parent = ZnodeTable.find(writes, parentPath);
    if (parent == null) {
      return;
    }
    Znode.Builder changed = parent.toBuilder();
    changed.setChildrenChanged(Math.max(parent.getChildrenChanged(), zxid));
    Znode node = ZnodeTable.find(writes, path);
    if (node != null) {
      changed.setChildren(parent.getChildren() - 1);
      AclTable.release(writes, node.getAcl());
      ZnodeTable.remove(writes, path, node);
    }
    ZnodeTable.put(writes, parentPath, parent, changed.build());
    writeIfLarge();
  }

  /** Sets a node's data as a transaction did. */
  public void setData(String path, @Nullable ByteString data, int version, long zxid, long timeMs) {
    Znode node = ZnodeTable.find(writes, path);
    if (node == null) {
      return;
    }
    Znode changed =
        node.toBuilder()
            .setModified(zxid)
            .setModifiedMs(timeMs)
            .setVersion(version)
            .setDataLength(data == null ? 0 : data.size())
            .build();
    ZnodeTable.put(writes, path, node, changed);
    ZnodeTable.putData(writes, path, data);
    writeIfLarge();
  }

  /** Sets a node's access list as a transaction did. */
  public void setAcl(String path, ZnodeAcl acl, int aclVersion) {
    Znode node = ZnodeTable.find(writes, path);
    if (node == null) {
      return;
    }
    long shared = AclTable.shareByContent(writes, acl);
    AclTable.release(writes, node.getAcl());
    ZnodeTable.put(
        writes, path, node, node.toBuilder().setAcl(shared).setAclVersion(aclVersion).build());
    writeIfLarge();
  }

  /** Writes what is still in memory. */
  public void finish() {
    storage.write(writes);
    writes.clear();
  }

  private void writeIfLarge() {
    if (writes.sizeBytes() >= BATCH_BYTES) {
      finish();
    }
  }
}
