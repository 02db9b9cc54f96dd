package io.metastore.core.api;

/** Why a request to the znode tree cannot be done; the same on every member. */
public enum TreeError {
  NO_NODE,
  NODE_EXISTS,
  BAD_VERSION,
  NOT_EMPTY,
  /** The access list of the node or its parent does not permit the operation. */
  NO_AUTH,
  NO_CHILDREN_FOR_EPHEMERALS,
  /** The new access list is empty or contains an invalid identity. */
  INVALID_ACL,
  /** The path is not valid, or the node cannot be changed. */
  BAD_ARGUMENTS,
  /** The session does not exist, or the password is wrong. */
  SESSION_EXPIRED,
  /**
   * The session is attached to another connection, or an earlier request of this connection was
   * lost.
   */
  SESSION_MOVED,
  /** A hard limit of a quota below {@code /zookeeper/quota} would be exceeded. */
  QUOTA_EXCEEDED,
  /** The alarm NOSPACE is raised, and the request needs space. */
  NO_SPACE,
  /** The alarm CORRUPT is raised. */
  CORRUPT
}
