package io.metastore.core.machine;

import static java.util.Objects.requireNonNull;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The simplest possible model of the znode tree: one sorted map from path to node, copied before a
 * change to allow undoing it.
 */
final class TreeModel {
  private static final List<String> FIRST =
      List.of("/", "/zookeeper", "/zookeeper/config", "/zookeeper/quota");
  private static final String QUOTAS = "/zookeeper/quota/";
  private static final String STATS = "/zookeeper_stats";

  Map<String, Node> nodes = new TreeMap<>();

  /** The nodes before the current request. */
  private Map<String, Node> before = nodes;

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
    for (String path : FIRST) {
      nodes.put(path, new Node());
    }
    Node configuration = get("/zookeeper/config");
    configuration.acl = List.of(TreeRequests.entry(ZnodeAcl.READ, "world", "anyone"));
    configuration.aclVersion = -1;
  }

  Outcome change(TreeChange change, long timeMs) {
    before = new TreeMap<>();
    nodes.forEach((path, node) -> before.put(path, node.copy()));
    int eventsBefore = events.size();
    List<NodeResult> results = new ArrayList<>();
    boolean changes = false;
    for (NodeOp op : change.getOpsList()) {
      try {
        results.add(apply(op, change, timeMs));
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

  private NodeResult apply(NodeOp op, TreeChange change, long timeMs) {
    List<Identity> client = change.getIdentitiesList();
    boolean enforces = change.getEnforceQuotas();
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
        require(!enforces || fits(path, 1, create.getData().size()), TreeError.QUOTA_EXCEEDED);
        Node node = new Node();
        node.data = create.getData().toStringUtf8();
        node.acl = create.getAclList();
        node.kind = create.getKind();
        node.session = node.kind == CreateNode.Kind.EPHEMERAL ? change.getSession() : 0;
        node.ttlMs = create.getTtlMs();
        node.created = node.modified = node.childrenChanged = next;
        node.createdMs = node.modifiedMs = timeMs;
        nodes.put(path, node);
        parent.creations++;
        parent.childrenChanged = next;
        event(TreeEvent.Kind.CREATED, path, next);
        event(TreeEvent.Kind.CHILDREN_CHANGED, parentPath, next);
        NodeResult result = new NodeResult(path, stat(path));
        if (path.startsWith(QUOTAS) && path.endsWith(STATS)) {
          recount(path);
        }
        count(path, 1, node.data.length());
        return result;
      }
      case DELETE -> {
        String path = op.getDelete().getPath();
        require(!FIRST.contains(path), TreeError.BAD_ARGUMENTS);
        Node parent = find(parent(path));
        permit(parent, ZnodeAcl.DELETE, client);
        Node node = find(path);
        requireVersion(op.getDelete().getVersion(), node.version);
        require(childCount(path) == 0, TreeError.NOT_EMPTY);
        remove(path, next);
        return NodeResult.EMPTY;
      }
      case SET_DATA -> {
        String path = op.getSetData().getPath();
        Node node = find(path);
        permit(node, ZnodeAcl.WRITE, client);
        String data = op.getSetData().getData().toStringUtf8();
        int more = data.length() - node.data.length();
        require(!enforces || fits(path, 0, more), TreeError.QUOTA_EXCEEDED);
        requireVersion(op.getSetData().getVersion(), node.version);
        node.data = data;
        node.version++;
        node.modified = next;
        node.modifiedMs = timeMs;
        event(TreeEvent.Kind.DATA_CHANGED, path, next);
        NodeResult result = new NodeResult(null, stat(path));
        count(path, 0, more);
        return result;
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

  // --- quotas -----------------------------------------------------------------------------------

  private static @Nullable String quotaOf(String path, Map<String, Node> nodes) {
    for (String prefix = path; !prefix.equals("/"); prefix = parent(prefix)) {
      if (nodes.containsKey(QUOTAS + prefix.substring(1) + "/zookeeper_limits")) {
        return QUOTAS + prefix.substring(1);
      }
    }
    return null;
  }

  private boolean fits(String path, int more, int moreBytes) {
    String quota = quotaOf(path, before);
    if (quota == null) {
      return true;
    }
    String limits = requireNonNull(before.get(quota + "/zookeeper_limits"), quota).data;
    Node stats = before.get(quota + STATS);
    String used = stats == null ? "" : stats.data;
    long nodesHard = number(limits, "countHardLimit");
    long bytesHard = number(limits, "byteHardLimit");
    return (more == 0 || nodesHard < 0 || number(used, "count") + more <= nodesHard)
        && (moreBytes == 0 || bytesHard < 0 || number(used, "bytes") + moreBytes <= bytesHard);
  }

  private static long number(String text, String name) {
    Matcher found = Pattern.compile(name + "=(-?[0-9]+)").matcher(text);
    return found.find() ? Long.parseLong(found.group(1)) : -1;
  }

  private void count(String path, int more, int moreBytes) {
    String quota = quotaOf(path, nodes);
    Node stats = quota == null ? null : nodes.get(quota + STATS);
    if (stats != null && (more != 0 || moreBytes != 0)) {
      long count = number(stats.data, "count") + more;
      long bytes = number(stats.data, "bytes") + moreBytes;
      stats.data = "count=" + count + ",bytes=" + bytes;
    }
  }

  private void recount(String statsPath) {
    String subtree = statsPath.substring(QUOTAS.length() - 1, statsPath.length() - STATS.length());
    int count = 0;
    int bytes = 0;
    for (Map.Entry<String, Node> node : nodes.entrySet()) {
      if ((node.getKey() + "/").startsWith(subtree + "/")) {
        count++;
        bytes += node.getValue().data.length();
      }
    }
    get(statsPath).data = "count=" + count + ",bytes=" + bytes;
  }

  private void remove(String path, long atRevision) {
    Node removed = get(path);
    nodes.remove(path);
    Node parent = get(parent(path));
    parent.deletions++;
    parent.childrenChanged = atRevision;
    event(TreeEvent.Kind.DELETED, path, atRevision);
    event(TreeEvent.Kind.CHILDREN_CHANGED, parent(path), atRevision);
    count(path, -1, -removed.data.length());
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
