package io.metastore.adapter.zookeeper.wire;

import io.metastore.core.api.TreeError;

/** Error codes of the protocol. Source: {@code KeeperException.Code}. */
public final class ErrorCode {
  public static final int OK = 0;
  public static final int RUNTIME_INCONSISTENCY = -2;
  public static final int DATA_INCONSISTENCY = -3;
  public static final int MARSHALLING_ERROR = -5;
  public static final int UNIMPLEMENTED = -6;
  public static final int BAD_ARGUMENTS = -8;
  public static final int NEW_CONFIG_NO_QUORUM = -13;
  public static final int RECONFIG_IN_PROGRESS = -14;
  public static final int NO_NODE = -101;
  public static final int NO_AUTH = -102;
  public static final int BAD_VERSION = -103;
  public static final int NO_CHILDREN_FOR_EPHEMERALS = -108;
  public static final int NODE_EXISTS = -110;
  public static final int NOT_EMPTY = -111;
  public static final int SESSION_EXPIRED = -112;
  public static final int INVALID_ACL = -114;
  public static final int AUTH_FAILED = -115;
  public static final int SESSION_MOVED = -118;
  public static final int NOT_READ_ONLY = -119;
  public static final int EPHEMERAL_ON_LOCAL_SESSION = -120;
  public static final int NO_WATCHER = -121;
  public static final int RECONFIG_DISABLED = -123;
  public static final int SESSION_CLOSED_REQUIRE_AUTH = -124;
  public static final int QUOTA_EXCEEDED = -125;

  private ErrorCode() {}

  public static int of(TreeError error) {
    return switch (error) {
      case NO_NODE -> NO_NODE;
      case NODE_EXISTS -> NODE_EXISTS;
      case BAD_VERSION -> BAD_VERSION;
      case NOT_EMPTY -> NOT_EMPTY;
      case NO_AUTH -> NO_AUTH;
      case NO_CHILDREN_FOR_EPHEMERALS -> NO_CHILDREN_FOR_EPHEMERALS;
      case INVALID_ACL -> INVALID_ACL;
      case BAD_ARGUMENTS -> BAD_ARGUMENTS;
      case SESSION_EXPIRED -> SESSION_EXPIRED;
      case SESSION_MOVED -> SESSION_MOVED;
      case QUOTA_EXCEEDED, NO_SPACE -> QUOTA_EXCEEDED;
      case CORRUPT -> DATA_INCONSISTENCY;
    };
  }
}
