package io.metastore.core.machine;

import static java.util.Objects.requireNonNull;

import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.OpResult.ZnodeResult;
import io.metastore.core.api.TreeError;
import io.metastore.core.api.TreeView;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.command.Compare;
import io.metastore.core.command.Identity;
import io.metastore.core.command.NodeOp;
import io.metastore.core.storage.WriteSet;
import io.metastore.core.tree.TreeChanges;
import io.metastore.core.tree.TreeReader;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The part of one transaction that concerns the znode tree. Whether an operation on a znode can be
 * done is known only when the operations before it have been done. So all of them are evaluated in
 * a set of writes of their own, which is dropped if one of them cannot be done. Used for one
 * transaction, by the apply thread.
 */
final class TxnZnodes {
  /** Owner of the nodes created by a transaction: no session, because none of them is ephemeral. */
  private static final long NO_SESSION = 0;

  private final String author;
  private final ApplyContext context;

  /** Null until there is an operation. */
  private @Nullable Changes changes;

  private record Changes(WriteSet writes, TreeChanges tree, Queue<ZnodeResult> results) {}

  /**
   * Costs next to nothing, because few transactions concern znodes.
   *
   * @param author the author's user; empty for one who may do everything
   */
  TxnZnodes(String author, ApplyContext context) {
    this.author = author;
    this.context = context;
  }

  static boolean isOfZnode(Compare compare) {
    return switch (compare.getTarget()) {
      case NODE_EXISTS, NODE_VERSION, NODE_CREATED, NODE_MODIFIED, NODE_CHILDREN_CHANGED -> true;
      case VERSION, CREATE, MOD, VALUE, LEASE, HELD, UNCHANGED_SINCE, UNRECOGNIZED -> false;
    };
  }

  /** Why the author may not know whether a compare holds; null if he may. */
  @Nullable Failure check(Compare compare) {
    TreeView.Node node = find(compare);
    // As in ZooKeeper, everybody may know which nodes exist.
    return node == null
            || compare.getTarget() == Compare.Target.NODE_EXISTS
            || node.acl().permits(ZnodeAcl.READ, identities())
        ? null
        : failure(TreeError.NO_AUTH, compare.getKey().toStringUtf8());
  }

  /** Whether a compare holds before the transaction. */
  boolean holds(Compare compare) {
    TreeView.Node node = find(compare);
    if (compare.getTarget() == Compare.Target.NODE_EXISTS) {
      return (node == null ? 0 : 1) == compare.getNumber();
    }
    if (node == null) {
      return false;
    }
    long actual =
        switch (compare.getTarget()) {
          case NODE_VERSION -> node.stat().version();
          case NODE_CREATED -> node.stat().created();
          case NODE_MODIFIED -> node.stat().modified();
          case NODE_CHILDREN_CHANGED -> node.stat().childrenChanged();
          default -> throw new IllegalStateException("compare target " + compare.getTarget());
        };
    return actual == compare.getNumber();
  }

  private List<Identity> identities() {
    return ZnodeAcl.ofNativeCaller(context.auth().getEnabled(), author);
  }

  private TreeView.@Nullable Node find(Compare compare) {
    return new TreeReader(context.writes()).find(compare.getKey().toStringUtf8());
  }

  /**
   * Evaluates the next operation.
   *
   * @return why it cannot be done, or null
   */
  @Nullable Failure evaluate(NodeOp op) {
    Changes current = changes;
    if (current == null) {
      current = begin();
      changes = current;
    }
    try {
      current.results().add(new ZnodeResult(current.tree().apply(op, identities(), NO_SESSION)));
      return null;
    } catch (TreeChanges.Refused e) {
      return failure(e.error(), path(op));
    }
  }

  private Changes begin() {
    WriteSet writes = context.writes().nested();
    TreeChanges.createFirstNodes(writes);
    // ZooKeeper enforces hard limits only if a server is told to, and lets a multi exceed them;
    // nobody expects that here.
    return new Changes(
        writes,
        new TreeChanges(
            /* quotas= */ writes,
            writes,
            context.revision() + 1,
            context.timeMs(),
            /* enforcesQuotas= */ true),
        new ArrayDeque<>());
  }

  /** Makes the changes of all operations part of the log entry. */
  void write() {
    if (changes != null) {
      context.writes().add(changes.writes());
      context.addTreeChange(changes.tree().events());
    }
  }

  /** The result of the next operation, in the order of their evaluation. */
  ZnodeResult nextResult() {
    return requireNonNull(changes, "no operation").results().remove();
  }

  private static String path(NodeOp op) {
    return switch (op.getKindCase()) {
      case CREATE -> op.getCreate().getPath();
      case DELETE -> op.getDelete().getPath();
      case SET_DATA -> op.getSetData().getPath();
      case SET_ACL -> op.getSetAcl().getPath();
      case CHECK -> op.getCheck().getPath();
      case KIND_NOT_SET -> "";
    };
  }

  private static Failure failure(TreeError error, String path) {
    FailureCode code =
        switch (error) {
          case NO_NODE -> FailureCode.ZNODE_NOT_FOUND;
          case NODE_EXISTS -> FailureCode.ZNODE_EXISTS;
          case BAD_VERSION -> FailureCode.ZNODE_VERSION;
          case NOT_EMPTY -> FailureCode.ZNODE_NOT_EMPTY;
          case NO_AUTH -> FailureCode.ZNODE_DENIED;
          case NO_CHILDREN_FOR_EPHEMERALS,
              INVALID_ACL,
              BAD_ARGUMENTS,
              QUOTA_EXCEEDED,
              SESSION_EXPIRED,
              SESSION_MOVED,
              NO_SPACE,
              CORRUPT ->
              FailureCode.ZNODE_REFUSED;
        };
    return code == FailureCode.ZNODE_REFUSED
        ? Failure.of(code, "error", error, "path", path)
        : Failure.of(code, "path", path);
  }
}
