package io.metastore.core.api;

/** Why a request to the znode tree cannot be done; the same on every member. */
public enum TreeError {
  NO_NODE,
  NODE_EXISTS,
  BAD_VERSION,
  NOT_EMPTY,
  /** The access list of the node, or of its parent, does not permit it. */
  NO_AUTH,
  NO_CHILDREN_FOR_EPHEMERALS,
  /** The access list to set is empty or names what is no identity. */
  INVALID_ACL,
  /** The path is no path, or the node must not be touched. */
  BAD_ARGUMENTS,
  /** There is no such session, or the password is not its own. */
  SESSION_EXPIRED,
  /** The session is attached to another connection, or a request before this one was lost. */
  SESSION_MOVED
}
