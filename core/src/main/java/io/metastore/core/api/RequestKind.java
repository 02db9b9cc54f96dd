package io.metastore.core.api;

/** The kinds of requests whose durations {@link Meters} measures. */
public enum RequestKind {
  RANGE,
  /** A transaction of ranges. */
  READ_TXN,
  PUT,
  DELETE,
  /** A transaction that may write: with several operations, or with compares. */
  TXN,
  COMPACT,
  GRANT_LEASE,
  REVOKE_LEASE,
  CHECKPOINT_LEASES,
  ALARM,
  LOGIN,
  ENABLE_AUTH,
  DISABLE_AUTH,
  ADD_USER,
  DELETE_USER,
  CHANGE_PASSWORD,
  GRANT_ROLE,
  REVOKE_ROLE,
  ADD_ROLE,
  DELETE_ROLE,
  GRANT_PERMISSION,
  REVOKE_PERMISSION,
  /** A member publishes its name and client URLs. */
  MEMBER_NOTE,
  /** A change of the members, without Raft's part of it. */
  CHANGE_MEMBERS,
  /** Opens or ends a session of the native API or of ZooKeeper's. */
  SESSION,
  LOCK,
  ZNODE,
  /** Fixes the position in the log at which members compare everything but keys. */
  HASH_POINT
}
