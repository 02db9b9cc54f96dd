package io.metastore.core.api;

/**
 * Why a request cannot be done. Each adapter maps the codes to its protocol's error codes and
 * texts.
 */
public enum FailureCode {
  /** A put asked to keep the value or lease of a key that does not exist. */
  KEY_NOT_FOUND,
  /** The requested revision has been compacted. */
  COMPACTED,
  /** The requested revision is higher than the current one. */
  FUTURE_REVISION,
  LEASE_NOT_FOUND,
  /** A client of the native API had this ID, but it was closed or has expired. */
  CLIENT_ENDED,
  LEASE_EXISTS,
  LEASE_TTL_TOO_LARGE,
  /** The command is too large, or a delete would return too much. */
  REQUEST_TOO_LARGE,
  /** A {@code NOSPACE} alarm is raised, or this member has no disk space for the command. */
  NO_SPACE,
  /** A {@code CORRUPT} alarm is raised. */
  CORRUPT,
  /**
   * The answer is larger than the memory allowed for one answer. The client must read in smaller
   * parts.
   */
  RESPONSE_TOO_LARGE,
  /**
   * A waiter's place in a lock's queue was deleted before it held the lock: its lease ended, or a
   * client deleted the key.
   */
  LOCK_PLACE_LOST,
  /** The lease already has a place in the queue of this lock, with the other mode. */
  LOCK_MODE,
  /** The lock's queue has no place with this fencing token, or no longer has one. */
  STALE_TOKEN,
  /** Too many changes have happened since the revision that a compare refers to. */
  READ_TOO_OLD,
  /**
   * Users, roles or grants have changed since the author's rights were checked. The check must be
   * repeated.
   */
  AUTH_CHANGED,
  AUTH_ALREADY_ENABLED,
  AUTH_NOT_ENABLED,
  /** Access control cannot be switched on while the user {@code root} does not exist. */
  ROOT_USER_MISSING,
  /**
   * Access control cannot be switched on while the user {@code root} lacks the role {@code root}.
   */
  ROOT_ROLE_MISSING,
  /**
   * While access control is on, {@code root} cannot be deleted and its role cannot be taken away.
   */
  ROOT_PROTECTED,
  USER_NOT_FOUND,
  USER_EXISTS,
  ROLE_NOT_FOUND,
  ROLE_EXISTS,
  ROLE_NOT_GRANTED,
  /** The role has no permission on exactly this range, so it cannot be revoked. */
  PERMISSION_NOT_GRANTED,
  /** No member has this ID. */
  MEMBER_NOT_FOUND,
  /** Another member has this peer URL. */
  PEER_URL_EXISTS,
  /** A present or removed member has this ID. */
  MEMBER_EXISTS,
  /** The cluster has as many learners as its settings allow. */
  TOO_MANY_LEARNERS,
  /** The author may not write all keys attached to a lease that the command names. */
  PERMISSION_DENIED,
  /** There is no znode with this path, or no parent for a new one. */
  ZNODE_NOT_FOUND,
  ZNODE_EXISTS,
  /** The data of the znode does not have the expected version. */
  ZNODE_VERSION,
  /** The znode has children, so it cannot be deleted. */
  ZNODE_NOT_EMPTY,
  /** The access list of the znode or its parent does not permit the operation. */
  ZNODE_DENIED,
  /** An operation on a znode cannot be done for another reason, which the detail names. */
  ZNODE_REFUSED
}
