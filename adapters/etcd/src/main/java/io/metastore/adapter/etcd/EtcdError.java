package io.metastore.adapter.etcd;

import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;

/**
 * etcd's errors, with the code and the exact text that clients compare.
 *
 * <p>Where the code is {@code UNKNOWN}, etcd returns an error without a code, and clients depend on
 * that.
 */
enum EtcdError {
  EMPTY_KEY(Code.INVALID_ARGUMENT, "etcdserver: key is not provided"),
  KEY_NOT_FOUND(Code.INVALID_ARGUMENT, "etcdserver: key not found"),
  VALUE_PROVIDED(Code.INVALID_ARGUMENT, "etcdserver: value is provided"),
  LEASE_PROVIDED(Code.INVALID_ARGUMENT, "etcdserver: lease is provided"),
  TOO_MANY_OPS(Code.INVALID_ARGUMENT, "etcdserver: too many operations in txn request"),
  DUPLICATE_KEY(Code.INVALID_ARGUMENT, "etcdserver: duplicate key given in txn request"),
  INVALID_CLIENT_API_VERSION(Code.INVALID_ARGUMENT, "etcdserver: invalid client api version"),
  INVALID_SORT_OPTION(Code.INVALID_ARGUMENT, "etcdserver: invalid sort option"),
  COMPACTED(Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted"),
  FUTURE_REVISION(Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision"),
  LEASE_NOT_FOUND(Code.NOT_FOUND, "etcdserver: requested lease not found"),
  LEASE_EXISTS(Code.FAILED_PRECONDITION, "etcdserver: lease already exists"),
  LEASE_TTL_TOO_LARGE(Code.OUT_OF_RANGE, "etcdserver: too large lease TTL"),
  REQUEST_TOO_LARGE(Code.INVALID_ARGUMENT, "etcdserver: request is too large"),
  NO_SPACE(Code.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded"),
  CORRUPT(Code.DATA_LOSS, "etcdserver: corrupt cluster"),
  ROOT_USER_MISSING(Code.FAILED_PRECONDITION, "etcdserver: root user does not exist"),
  ROOT_ROLE_MISSING(Code.FAILED_PRECONDITION, "etcdserver: root user does not have root role"),
  USER_EXISTS(Code.FAILED_PRECONDITION, "etcdserver: user name already exists"),
  USER_EMPTY(Code.INVALID_ARGUMENT, "etcdserver: user name is empty"),
  USER_NOT_FOUND(Code.FAILED_PRECONDITION, "etcdserver: user name not found"),
  ROLE_EXISTS(Code.FAILED_PRECONDITION, "etcdserver: role name already exists"),
  ROLE_NOT_FOUND(Code.FAILED_PRECONDITION, "etcdserver: role name not found"),
  ROLE_EMPTY(Code.INVALID_ARGUMENT, "etcdserver: role name is empty"),
  AUTH_FAILED(
      Code.INVALID_ARGUMENT, "etcdserver: authentication failed, invalid user ID or password"),
  NO_PASSWORD_USER(
      Code.UNKNOWN, "auth: authentication failed, password was given for no password user"),
  PASSWORD_TOO_LONG(Code.UNKNOWN, "bcrypt: password length exceeds 72 bytes"),
  PERMISSION_NOT_GIVEN(Code.INVALID_ARGUMENT, "etcdserver: permission not given"),
  PERMISSION_DENIED(Code.PERMISSION_DENIED, "etcdserver: permission denied"),
  ROLE_NOT_GRANTED(Code.FAILED_PRECONDITION, "etcdserver: role is not granted to the user"),
  PERMISSION_NOT_GRANTED(
      Code.FAILED_PRECONDITION, "etcdserver: permission is not granted to the role"),
  AUTH_NOT_ENABLED(Code.FAILED_PRECONDITION, "etcdserver: authentication is not enabled"),
  INVALID_AUTH_TOKEN(Code.UNAUTHENTICATED, "etcdserver: invalid auth token"),
  INVALID_AUTH_MGMT(Code.INVALID_ARGUMENT, "etcdserver: invalid auth management"),
  VERIFY_ONLY(Code.UNKNOWN, "auth: token signing attempted with verify-only key"),
  AUTH_OLD_REVISION(Code.INVALID_ARGUMENT, "etcdserver: revision of auth store is old"),
  MEMBER_EXISTS(Code.FAILED_PRECONDITION, "etcdserver: member ID already exist"),
  MEMBER_NOT_LEARNER(Code.FAILED_PRECONDITION, "etcdserver: can only promote a learner member"),
  LEARNER_NOT_READY(
      Code.FAILED_PRECONDITION,
      "etcdserver: can only promote a learner member which is in sync with leader"),
  TOO_MANY_LEARNERS(Code.FAILED_PRECONDITION, "etcdserver: too many learner members in cluster"),
  NOT_FOR_LEARNER(Code.FAILED_PRECONDITION, "etcdserver: rpc not supported for learner"),
  MEMBER_NOT_FOUND(Code.NOT_FOUND, "etcdserver: member not found"),
  PEER_URL_EXISTS(Code.FAILED_PRECONDITION, "etcdserver: Peer URLs already exists"),
  BAD_MEMBER_URLS(Code.INVALID_ARGUMENT, "etcdserver: given member URLs are invalid"),
  NOT_ENOUGH_STARTED(
      Code.FAILED_PRECONDITION,
      "etcdserver: re-configuration failed due to not enough started members"),
  UNHEALTHY(Code.UNAVAILABLE, "etcdserver: unhealthy cluster"),
  TOO_MANY_REQUESTS(Code.UNKNOWN, "etcdserver: too many requests"),
  NO_LEADER(Code.UNAVAILABLE, "etcdserver: no leader"),
  LEADER_CHANGED(Code.UNAVAILABLE, "etcdserver: leader changed"),
  STOPPED(Code.UNAVAILABLE, "etcdserver: server stopped"),
  TIMEOUT(Code.UNAVAILABLE, "etcdserver: request timed out"),
  TIMEOUT_LEADER_FAILED(
      Code.UNAVAILABLE, "etcdserver: request timed out, possibly due to previous leader failure"),
  TIMEOUT_CONNECTION_LOST(
      Code.UNAVAILABLE, "etcdserver: request timed out, possibly due to connection lost"),
  TIMEOUT_LEADER_TRANSFER(
      Code.UNKNOWN, "etcdserver: request timed out, leader transfer took too long"),
  NOT_LEADER(Code.FAILED_PRECONDITION, "etcdserver: not leader"),
  BAD_LEADER_TRANSFEREE(Code.FAILED_PRECONDITION, "etcdserver: bad leader transferee"),
  UNKNOWN_METHOD(Code.UNKNOWN, "etcdserver: unknown method"),
  WRONG_DOWNGRADE_VERSION(
      Code.INVALID_ARGUMENT, "etcdserver: wrong downgrade target version format"),
  INVALID_DOWNGRADE_TARGET(Code.INVALID_ARGUMENT, "etcdserver: invalid downgrade target version"),
  SESSION_EXPIRED(Code.UNKNOWN, "mutex: session is expired"),
  NO_LEADER_KEY(Code.UNKNOWN, "\"leader\" field must be provided"),
  NOT_ELECTED(Code.UNKNOWN, "election: not leader"),
  NOBODY_ELECTED(Code.UNKNOWN, "election: no leader"),
  STREAM_SORT(Code.UNIMPLEMENTED, "RangeStream does not support custom sort orders"),
  STREAM_FILTER(Code.UNIMPLEMENTED, "RangeStream does not support revision filters"),

  // Not an error of etcd: it ends when it is out of memory.
  NO_MEMORY(Code.RESOURCE_EXHAUSTED, "metastore: not enough memory for this call"),

  // Not an error of etcd, which changes the version of the whole cluster.
  DOWNGRADE_BY_FLAG(
      Code.UNIMPLEMENTED,
      "metastore: the imitated version is chosen by the flag --compat-version of each member"),

  // Not an error of etcd: it sends its database without copying it first.
  NO_DISK_FOR_SNAPSHOT(
      Code.RESOURCE_EXHAUSTED, "metastore: not enough free disk space to make a snapshot"),

  // Not an error of etcd: it builds responses of any size until it runs out of memory.
  RESPONSE_TOO_LARGE(
      Code.RESOURCE_EXHAUSTED,
      "metastore: response is too large, read the range in parts (limit) or as a stream");

  @SuppressWarnings("ImmutableEnumChecker") // immutable, but not annotated as such
  private final Status status;

  @SuppressWarnings("ImmutableEnumChecker") // nobody sets its cause or stack trace
  private final StatusRuntimeException exception;

  EtcdError(Code code, String text) {
    this.status = code.toStatus().withDescription(text);
    this.exception = status.asRuntimeException();
  }

  Status status() {
    return status;
  }

  /** The exception, which is the same for every call; its stack trace is meaningless. */
  StatusRuntimeException exception() {
    return exception;
  }

  String text() {
    return String.valueOf(status.getDescription());
  }
}
