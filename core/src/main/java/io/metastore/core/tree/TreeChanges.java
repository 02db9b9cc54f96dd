package io.metastore.core.tree;

import com.google.protobuf.ByteString;
import io.metastore.core.api.NodeResult;
import io.metastore.core.api.TreeError;
import io.metastore.core.api.TreeEvent;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.command.AclEntry;
import io.metastore.core.command.CheckNode;
import io.metastore.core.command.CreateNode;
import io.metastore.core.command.DeleteNode;
import io.metastore.core.command.Identity;
import io.metastore.core.command.NodeOp;
import io.metastore.core.command.SetNodeAcl;
import io.metastore.core.command.SetNodeData;
import io.metastore.core.storage.Reader;
import io.metastore.core.storage.WriteSet;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Applies the changes of one request to the tree. The checks run in ZooKeeper's order ({@code
 * PrepRequestProcessor}), because the order decides which error a client sees. Used for one
 * request, by the apply thread.
 */
public final class TreeChanges {
  private static final int ANY_VERSION = -1;

  /** Begins the last line of the configuration node. */
  private static final String VERSION = "version=";

  private static final List<String> UNDELETABLE =
      List.of("/", "/zookeeper", Quotas.ROOT, ZnodeTable.CONFIGURATION);

  private final Reader quotas;
  private final WriteSet writes;
  private final long revision;
  private final long timeMs;
  private final boolean enforcesQuotas;
  private final List<TreeEvent> events = new ArrayList<>();

  /**
   * @param quotas the state from which limits and usage of quotas are read
   * @param writes takes the changes; each operation sees those before it
   * @param revision revision of the changes
   * @param timeMs creation and modification time of the changed nodes
   * @param enforcesQuotas whether operations that would exceed a hard limit are refused
   */
  public TreeChanges(
      Reader quotas, WriteSet writes, long revision, long timeMs, boolean enforcesQuotas) {
    this.quotas = quotas;
    this.writes = writes;
    this.revision = revision;
    this.timeMs = timeMs;
    this.enforcesQuotas = enforcesQuotas;
  }

  /** The changes so far that watchers may be interested in. */
  public List<TreeEvent> events() {
    return events;
  }

  /** An operation cannot be done; nothing was changed. */
  public static final class Refused extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final TreeError error;

    private Refused(TreeError error) {
      super(error.name(), null, false, false);
      this.error = error;
    }

    public TreeError error() {
      return error;
    }
  }

  /**
   * Creates the root and ZooKeeper's system nodes if they do not exist.
   *
   * @return whether they did not exist
   */
  public static boolean createFirstNodes(WriteSet writes) {
    return ZnodeTable.createFirstNodes(writes);
  }

  /**
   * Applies one operation.
   *
   * @param client identities of the client
   * @param session owner of an ephemeral node that is created
   */
  public NodeResult apply(NodeOp op, List<Identity> client, long session) throws Refused {
    return switch (op.getKindCase()) {
      case CREATE -> create(op.getCreate(), client, session);
      case DELETE -> delete(op.getDelete(), client);
      case SET_DATA -> setData(op.getSetData(), client);
      case SET_ACL -> setAcl(op.getSetAcl(), client);
      case CHECK -> check(op.getCheck(), client);
      case KIND_NOT_SET ->
          throw new IllegalStateException(
              "znode operation of a kind that this version does not know");
    };
  }

  /**
   * Sets the data of the node that tells clients the servers of the cluster, unless it lists them
   * already. Its version, in the last line, is the revision of the change.
   *
   * @param servers lines {@code server.1=host:2888:3888:participant;host:2181}
   */
  public void setServers(String servers) {
    Znode node = ZnodeTable.find(writes, ZnodeTable.CONFIGURATION);
    if (node == null || servers.equals(currentServers())) {
      return;
    }
    String text = servers.isEmpty() ? "" : servers + VERSION + Long.toHexString(revision);
    // As in ZooKeeper, the node's version is -1 once it was set.
    putData(ZnodeTable.CONFIGURATION, node, ByteString.copyFromUtf8(text), -1);
  }

  private String currentServers() {
    ByteString data = ZnodeTable.findData(writes, ZnodeTable.CONFIGURATION);
    String text = data == null ? "" : data.toStringUtf8();
    int version = text.lastIndexOf(VERSION);
    return version < 0 ? text : text.substring(0, version);
  }

  /** Deletes the ephemeral nodes of a session. */
  public void endSession(long session) {
    for (String path : ZnodeTable.ephemerals(writes, session)) {
      Znode node = ZnodeTable.find(writes, path);
      if (node == null) {
        throw new IllegalStateException("no ephemeral node " + path + " of session " + session);
      }
      remove(path, node);
    }
  }

  /** Deletes a container or TTL node if it is due. */
  public void reap(String path) {
    Znode node = ZnodeTable.find(writes, path);
    if (node != null && ReapTable.isDue(node, timeMs)) {
      remove(path, node);
    }
  }

  private NodeResult create(CreateNode create, List<Identity> client, long session) throws Refused {
    String asked = create.getPath();
    if (asked.indexOf('/') < 0 || asked.indexOf('\0') >= 0) {
      throw new Refused(TreeError.BAD_ARGUMENTS);
    }
    ZnodeAcl acl = resolve(create.getAclList(), client);
    String parentPath = Paths.parent(asked);
    Znode parent = get(parentPath);
    permit(parent, ZnodeAcl.CREATE, client);
    // As in ZooKeeper, %010d: a negative number keeps its sign, and more than ten digits are
    // possible.
    String path = create.getSequential() ? asked + "%010d".formatted(parent.getCreations()) : asked;
    if (!Paths.isValid(path)) {
      throw new Refused(TreeError.BAD_ARGUMENTS);
    }
    if (ZnodeTable.find(writes, path) != null) {
      throw new Refused(TreeError.NODE_EXISTS);
    }
    if (parent.getSession() != 0) {
      throw new Refused(TreeError.NO_CHILDREN_FOR_EPHEMERALS);
    }
    ByteString data = create.hasData() ? create.getData() : null;
    checkQuota(path, 1, length(data));
    Znode node =
        Znode.newBuilder()
            .setCreated(revision)
            .setModified(revision)
            .setChildrenChanged(revision)
            .setCreatedMs(timeMs)
            .setModifiedMs(timeMs)
            .setDataLength(length(data))
            .setAcl(AclTable.share(writes, acl))
            .setSession(create.getKind() == CreateNode.Kind.EPHEMERAL ? session : 0)
            .setContainer(create.getKind() == CreateNode.Kind.CONTAINER)
            .setTtlMs(create.getKind() == CreateNode.Kind.TTL ? create.getTtlMs() : 0)
            .build();
    ZnodeTable.put(writes, path, null, node);
    ZnodeTable.putData(writes, path, data);
    add(TreeEvent.Kind.CREATED, path, acl);
    childrenChanged(
        parentPath,
        parent,
        parent.toBuilder()
            .setCreations(parent.getCreations() + 1)
            .setChildren(parent.getChildren() + 1));
    Quotas.changed(writes, path, 1, length(data));
    return new NodeResult(path, ZnodeTable.stat(node));
  }

  private NodeResult delete(DeleteNode delete, List<Identity> client) throws Refused {
    String path = delete.getPath();
    if (path.indexOf('/') < 0 || path.indexOf('\0') >= 0 || UNDELETABLE.contains(path)) {
      throw new Refused(TreeError.BAD_ARGUMENTS);
    }
    Znode parent = get(Paths.parent(path));
    permit(parent, ZnodeAcl.DELETE, client);
    Znode node = get(path);
    checkVersion(delete.getVersion(), node.getVersion());
    if (node.getChildren() > 0) {
      throw new Refused(TreeError.NOT_EMPTY);
    }
    remove(path, node);
    return NodeResult.EMPTY;
  }

  private NodeResult setData(SetNodeData set, List<Identity> client) throws Refused {
    Znode node = getValid(set.getPath());
    permit(node, ZnodeAcl.WRITE, client);
    ByteString data = set.hasData() ? set.getData() : null;
    int more = length(data) - node.getDataLength();
    checkQuota(set.getPath(), 0, more);
    checkVersion(set.getVersion(), node.getVersion());
    Znode changed = putData(set.getPath(), node, data, node.getVersion() + 1);
    if (more != 0) {
      Quotas.changed(writes, set.getPath(), 0, more);
    }
    return new NodeResult(null, ZnodeTable.stat(changed));
  }

  private Znode putData(String path, Znode node, @Nullable ByteString data, int version) {
    Znode changed =
        node.toBuilder()
            .setModified(revision)
            .setModifiedMs(timeMs)
            .setVersion(version)
            .setDataLength(length(data))
            .build();
    ZnodeTable.put(writes, path, node, changed);
    ZnodeTable.putData(writes, path, data);
    add(TreeEvent.Kind.DATA_CHANGED, path, AclTable.get(writes, node.getAcl()));
    return changed;
  }

  private NodeResult setAcl(SetNodeAcl set, List<Identity> client) throws Refused {
    if (!Paths.isValid(set.getPath())) {
      throw new Refused(TreeError.BAD_ARGUMENTS);
    }
    ZnodeAcl acl = resolve(set.getAclList(), client);
    Znode node = get(set.getPath());
    permit(node, ZnodeAcl.ADMIN, client);
    checkVersion(set.getAclVersion(), node.getAclVersion());
    long shared = AclTable.share(writes, acl);
    AclTable.release(writes, node.getAcl());
    Znode changed = node.toBuilder().setAcl(shared).setAclVersion(node.getAclVersion() + 1).build();
    ZnodeTable.put(writes, set.getPath(), node, changed);
    return new NodeResult(null, ZnodeTable.stat(changed));
  }

  private NodeResult check(CheckNode check, List<Identity> client) throws Refused {
    Znode node = getValid(check.getPath());
    permit(node, ZnodeAcl.READ, client);
    checkVersion(check.getVersion(), node.getVersion());
    return NodeResult.EMPTY;
  }

  private void remove(String path, Znode node) {
    add(TreeEvent.Kind.DELETED, path, AclTable.get(writes, node.getAcl()));
    AclTable.release(writes, node.getAcl());
    ZnodeTable.remove(writes, path, node);
    String parentPath = Paths.parent(path);
    Znode parent = ZnodeTable.find(writes, parentPath);
    if (parent == null) {
      throw new IllegalStateException("no parent of " + path);
    }
    childrenChanged(parentPath, parent, parent.toBuilder().setChildren(parent.getChildren() - 1));
    Quotas.changed(writes, path, -1, -node.getDataLength());
  }

  private void childrenChanged(String path, Znode before, Znode.Builder after) {
    ZnodeTable.put(writes, path, before, after.setChildrenChanged(revision).build());
    add(TreeEvent.Kind.CHILDREN_CHANGED, Paths.shown(path), AclTable.get(writes, before.getAcl()));
  }

  private void add(TreeEvent.Kind kind, String path, ZnodeAcl acl) {
    events.add(new TreeEvent(kind, path, revision, acl));
  }

  private Znode getValid(String path) throws Refused {
    if (!Paths.isValid(path)) {
      throw new Refused(TreeError.BAD_ARGUMENTS);
    }
    return get(path);
  }

  private Znode get(String path) throws Refused {
    Znode node = ZnodeTable.find(writes, path);
    if (node == null) {
      throw new Refused(TreeError.NO_NODE);
    }
    return node;
  }

  private void checkQuota(String path, int nodes, int bytes) throws Refused {
    if (Quotas.isExceeded(quotas, path, nodes, bytes) && enforcesQuotas) {
      throw new Refused(TreeError.QUOTA_EXCEEDED);
    }
  }

  private void permit(Znode node, int permission, List<Identity> client) throws Refused {
    if (!AclTable.get(writes, node.getAcl()).permits(permission, client)) {
      throw new Refused(TreeError.NO_AUTH);
    }
  }

  private static ZnodeAcl resolve(List<AclEntry> asked, List<Identity> client) throws Refused {
    ZnodeAcl acl = AclRules.resolve(asked, client);
    if (acl == null) {
      throw new Refused(TreeError.INVALID_ACL);
    }
    return acl;
  }

  private static void checkVersion(int expected, int actual) throws Refused {
    if (expected != ANY_VERSION && expected != actual) {
      throw new Refused(TreeError.BAD_VERSION);
    }
  }

  private static int length(@Nullable ByteString data) {
    return data == null ? 0 : data.size();
  }
}
