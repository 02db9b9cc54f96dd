package io.metastore.core.machine;

import io.metastore.core.api.NodeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.TreeError;
import io.metastore.core.api.TreeEvent;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.api.ZnodeStat;
import io.metastore.core.command.AclEntry;
import io.metastore.core.command.CreateNode;
import io.metastore.core.command.Identity;
import io.metastore.core.command.NodeOp;
import io.metastore.core.command.TreeChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The simplest possible model of the znode tree: one sorted map from path to node, copied before a
 * change to allow undoing it.
 */
final class TreeModel {
  Map<String, Node> nodes = new TreeMap<>();
  final List<String> events = new ArrayList<>();
  long revision = 1;

  /** A node as seen by clients. */
  static final class Node implements Cloneable {
    String data = "";
    List<AclEntry> acl = List.of(TreeRequests.ANYONE);
    long session;
    CreateNode.Kind kind = CreateNode.Kind.PERSISTENT;
    long ttlMs;
    long created;
    long modified;
    long childrenChanged;
    long createdMs;
    long modifiedMs;
    int version;
    int aclVersion;
    int creations;
    int deletions;

    Node copy() {
      try {
        return (Node) clone();
      } catch (CloneNotSupportedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final transient TreeError error;

    Refused(TreeError error) {
      this.error = error;
    }
  }

  TreeModel() {
    for (String path : List.of("/", "/zookeeper", "/zookeeper/config", "/zookeeper/quota")) {
      nodes.put(path, new Node());
    }
  }

  Outcome change(TreeChange change, long timeMs) {
    Map<String, Node> before = new TreeMap<>();
    nodes.forEach((path, node) -> before.put(path, node.copy()));
    int eventsBefore = events.size();
    List<NodeResult> results = new ArrayList<>();
    boolean changes = false;
    for (NodeOp op : change.getOpsList()) {
      try {
        results.add(apply(op, change.getIdentitiesList(), change.getSession(), timeMs));
        changes |= !op.hasCheck();
      } catch (Refused e) {
        nodes = before;
        events.subList(eventsBefore, events.size()).clear();
        return new Outcome.TreeRefused(revision, results.size(), e.error);
      }
    }
    revision += changes ? 1 : 0;
    return new Outcome.TreeChanged(revision, results);
  }

  void endSession(long session) {
    List<String> ended =
        nodes.keySet().stream().filter(path -> get(path).session == session).toList();
    ended.forEach(path -> remove(path, revision + 1));
    revision += ended.isEmpty() ? 0 : 1;
  }

  void reap(String path, long timeMs) {
    Node node = nodes.get(path);
    if (node == null || childCount(path) > 0) {
      return;
    }
    boolean due =
        switch (node.kind) {
          case CONTAINER -> node.creations > 0;
          case TTL -> node.modifiedMs + node.ttlMs <= timeMs;
          default -> false;
        };
    if (due) {
      remove(path, ++revision);
    }
  }

  ZnodeStat stat(String path) {
    Node node = get(path);
    int children = childCount(path);
    // The first nodes were not created by requests, so they were not counted as creations.
    int uncounted = path.equals("/") ? 1 : path.equals("/zookeeper") ? 2 : 0;
    return new ZnodeStat(
        node.created,
        node.modified,
        node.createdMs,
        node.modifiedMs,
        node.version,
        node.creations + node.deletions - uncounted,
        node.aclVersion,
        node.session,
        node.data.length(),
        children,
        node.childrenChanged);
  }

  List<String> children(String path) {
    String prefix = path.equals("/") ? "/" : path + "/";
    return nodes.keySet().stream()
        .filter(p -> p.startsWith(prefix) && p.length() > prefix.length())
        .map(p -> p.substring(prefix.length()))
        .filter(name -> !name.contains("/"))
        .sorted()
        .toList();
  }

  private int childCount(String path) {
    return children(path).size();
  }

  private NodeResult apply(NodeOp op, List<Identity> client, long session, long timeMs) {
    long next = revision + 1;
    switch (op.getKindCase()) {
      case CREATE -> {
        CreateNode create = op.getCreate();
        String parentPath = parent(create.getPath());
        Node parent = find(parentPath);
        permit(parent, ZnodeAcl.CREATE, client);
        String path = create.getPath();
        if (create.getSequential()) {
          path += "%010d".formatted(parent.creations);
        }
        require(!nodes.containsKey(path), TreeError.NODE_EXISTS);
        require(parent.session == 0, TreeError.NO_CHILDREN_FOR_EPHEMERALS);
        Node node = new Node();
        node.data = create.getData().toStringUtf8();
        node.acl = create.getAclList();
        node.kind = create.getKind();
        node.session = node.kind == CreateNode.Kind.EPHEMERAL ? session : 0;
        node.ttlMs = create.getTtlMs();
        node.created = node.modified = node.childrenChanged = next;
        node.createdMs = node.modifiedMs = timeMs;
        nodes.put(path, node);
        parent.creations++;
        parent.childrenChanged = next;
        event(TreeEvent.Kind.CREATED, path, next);
        event(TreeEvent.Kind.CHILDREN_CHANGED, parentPath, next);
        return new NodeResult(path, stat(path));
      }
      case DELETE -> {
        String path = op.getDelete().getPath();
        require(!path.startsWith("/zookeeper") && !path.equals("/"), TreeError.BAD_ARGUMENTS);
        Node parent = find(parent(path));
        Node node = find(path);
        permit(parent, ZnodeAcl.DELETE, client);
        requireVersion(op.getDelete().getVersion(), node.version);
        require(childCount(path) == 0, TreeError.NOT_EMPTY);
        remove(path, next);
        return NodeResult.EMPTY;
      }
      case SET_DATA -> {
        String path = op.getSetData().getPath();
        Node node = find(path);
        permit(node, ZnodeAcl.WRITE, client);
        requireVersion(op.getSetData().getVersion(), node.version);
        node.data = op.getSetData().getData().toStringUtf8();
        node.version++;
        node.modified = next;
        node.modifiedMs = timeMs;
        event(TreeEvent.Kind.DATA_CHANGED, path, next);
        return new NodeResult(null, stat(path));
      }
      case SET_ACL -> {
        String path = op.getSetAcl().getPath();
        Node node = find(path);
        permit(node, ZnodeAcl.ADMIN, client);
        requireVersion(op.getSetAcl().getAclVersion(), node.aclVersion);
        node.acl = op.getSetAcl().getAclList();
        node.aclVersion++;
        return new NodeResult(null, stat(path));
      }
      case CHECK -> {
        Node node = find(op.getCheck().getPath());
        permit(node, ZnodeAcl.READ, client);
        requireVersion(op.getCheck().getVersion(), node.version);
        return NodeResult.EMPTY;
      }
      default -> throw new IllegalArgumentException(op.toString());
    }
  }

  private void remove(String path, long atRevision) {
    nodes.remove(path);
    Node parent = get(parent(path));
    parent.deletions++;
    parent.childrenChanged = atRevision;
    event(TreeEvent.Kind.DELETED, path, atRevision);
    event(TreeEvent.Kind.CHILDREN_CHANGED, parent(path), atRevision);
  }

  private void event(TreeEvent.Kind kind, String path, long atRevision) {
    events.add(kind + " " + path + " " + atRevision);
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash == 0 ? "/" : path.substring(0, slash);
  }

  private Node get(String path) {
    Node node = nodes.get(path);
    if (node == null) {
      throw new IllegalStateException(path);
    }
    return node;
  }

  private Node find(String path) {
    require(nodes.containsKey(path), TreeError.NO_NODE);
    return get(path);
  }

  private static void permit(Node node, int permission, List<Identity> client) {
    for (AclEntry entry : node.acl) {
      boolean applies =
          entry.getIdentity().getScheme().equals("world") || client.contains(entry.getIdentity());
      if (applies && (entry.getPermissions() & permission) != 0) {
        return;
      }
    }
    throw new Refused(TreeError.NO_AUTH);
  }

  private static void requireVersion(int asked, int actual) {
    require(asked == -1 || asked == actual, TreeError.BAD_VERSION);
  }

  private static void require(boolean holds, TreeError error) {
    if (!holds) {
      throw new Refused(error);
    }
  }
}
