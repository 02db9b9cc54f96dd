package io.metastore.core.machine;

import io.metastore.core.command.AclEntry;
import io.metastore.core.command.Acquire;
import io.metastore.core.command.Command;
import io.metastore.core.command.NodeOp;
import io.metastore.core.command.Op;
import io.metastore.core.command.Put;
import java.util.List;

/**
 * How much a command may add to the tables, by etcd's estimate.
 *
 * <p>Source: etcd's {@code quota.go}. Unlike in etcd, the puts of nested transactions are included.
 * A znode that is created or changed costs as much as a key.
 */
public final class SpaceCost {
  private static final long KEY_OVERHEAD = 256;
  private static final long LEASE_OVERHEAD = 64;

  /** Length of the suffix of a lock place's key: a slash and the lease ID in hexadecimal. */
  private static final int PLACE_SUFFIX = 17;

  private SpaceCost() {}

  /** The cost in bytes; 0 for commands that are accepted when no space is left. */
  public static long of(Command command) {
    return switch (command.getKindCase()) {
      case TXN -> of(command.getTxn().getSuccessList(), command.getTxn().getFailureList());
      case GRANT_LEASE, NEW_CLIENT -> LEASE_OVERHEAD;
      case ACQUIRE -> of(command.getAcquire());
      case TREE_CHANGE -> ofNodes(command.getTreeChange().getOpsList());
      case REVOKE_LEASE,
          CHECKPOINT_LEASES,
          COMPACT,
          MEMBER_NOTE,
          MOVE_PEER,
          ADD_PEER,
          DROP_PEER,
          RELEASE,
          WITHDRAW,
          AUTH_CHANGE,
          LOGIN,
          // Deleting znodes requires a session.
          OPEN_SESSION,
          ATTACH_SESSION,
          END_SESSION,
          REAP_NODE,
          CHANGE_ALARM,
          HASH_POINT,
          KIND_NOT_SET ->
          0;
    };
  }

  private static long of(List<Op> success, List<Op> failure) {
    return Math.max(of(success), of(failure));
  }

  private static long of(List<Op> ops) {
    long bytes = 0;
    for (Op op : ops) {
      if (op.hasPut()) {
        bytes += of(op.getPut());
      } else if (op.hasTxn()) {
        bytes += of(op.getTxn().getSuccessList(), op.getTxn().getFailureList());
      } else if (op.hasNode()) {
        bytes += of(op.getNode());
      }
    }
    return bytes;
  }

  private static long of(Put put) {
    return KEY_OVERHEAD + put.getKey().size() + put.getValue().size();
  }

  private static long ofNodes(List<NodeOp> ops) {
    long bytes = 0;
    for (NodeOp op : ops) {
      bytes += of(op);
    }
    return bytes;
  }

  private static long of(NodeOp op) {
    return switch (op.getKindCase()) {
      case CREATE ->
          KEY_OVERHEAD
              + op.getCreate().getPath().length()
              + op.getCreate().getData().size()
              + ofAcl(op.getCreate().getAclList());
      case SET_DATA ->
          KEY_OVERHEAD + op.getSetData().getPath().length() + op.getSetData().getData().size();
      case SET_ACL ->
          KEY_OVERHEAD + op.getSetAcl().getPath().length() + ofAcl(op.getSetAcl().getAclList());
      case DELETE, CHECK, KIND_NOT_SET -> 0;
    };
  }

  private static long ofAcl(List<AclEntry> acl) {
    long bytes = 0;
    for (AclEntry entry : acl) {
      bytes += entry.getSerializedSize();
    }
    return bytes;
  }

  private static long of(Acquire acquire) {
    return KEY_OVERHEAD + acquire.getName().size() + PLACE_SUFFIX;
  }
}
