package io.metastore.core.api;

/** Why a request cannot be done. Adapters map each to their wire's own code and text. */
public enum FailureCode {
  /** A put asked to keep the value or lease of a key that does not exist. */
  KEY_NOT_FOUND,
  /** The revision to read or compact at has been compacted already. */
  COMPACTED,
  /** The revision to read or compact at has not happened yet. */
  FUTURE_REVISION,
  LEASE_NOT_FOUND,
  /** No lease has this id any more; a client had it. */
  CLIENT_ENDED,
  LEASE_EXISTS,
  LEASE_TTL_TOO_LARGE,
  /** The command, or the keys that it would delete at once, are more than the store accepts. */
  REQUEST_TOO_LARGE,
  /** A {@code NOSPACE} alarm is raised, or this member has no space for the command. */
  NO_SPACE,
  /** A {@code CORRUPT} alarm is raised. */
  CORRUPT,
  /** The answer would not fit the memory set aside for answers: read it in smaller parts. */
  RESPONSE_TOO_LARGE,
  /**
   * A waiter's place in a lock's queue vanished before its turn: its lease is gone, or somebody
   * deleted it.
   */
  LOCK_PLACE_LOST,
  /** The lease has a place in the lock already, of the other mode. */
  LOCK_MODE,
  /** The lock has no place with this token (any more). */
  STALE_TOKEN,
  /** Too much has changed since the revision that was asked about. */
  READ_TOO_OLD,
  /** Users, roles or grants have changed since the author's rights were checked: check again. */
  AUTH_CHANGED,
  AUTH_ALREADY_ENABLED,
  AUTH_NOT_ENABLED,
  /** Access control cannot be switched on before there is a user {@code root}. */
  ROOT_USER_MISSING,
  /** Access control cannot be switched on before {@code root} has the role {@code root}. */
  ROOT_ROLE_MISSING,
  /** While access control is on {@code root} stays, and keeps its role. */
  ROOT_PROTECTED,
  USER_NOT_FOUND,
  USER_EXISTS,
  ROLE_NOT_FOUND,
  ROLE_EXISTS,
  ROLE_NOT_GRANTED,
  /** The role is permitted nothing on exactly this range, so nothing can be taken from it. */
  PERMISSION_NOT_GRANTED,
  /** The author may not write a key of a lease that the command names. */
  PERMISSION_DENIED
}
