package io.metastore.adapter.etcd;

import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;

/**
 * Errors with the code and the exact text by which etcd's clients tell them apart.
 *
 * <p>Where the code is {@code UNKNOWN}, etcd forgets to give one and clients depend on it.
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
  USER_EMPTY(Code.INVALID_ARGUMENT, "etcdserver: user name is empty"),
  TOO_MANY_REQUESTS(Code.UNKNOWN, "etcdserver: too many requests"),
  NO_LEADER(Code.UNAVAILABLE, "etcdserver: no leader"),
  LEADER_CHANGED(Code.UNAVAILABLE, "etcdserver: leader changed"),
  STOPPED(Code.UNAVAILABLE, "etcdserver: server stopped"),
  TIMEOUT(Code.UNAVAILABLE, "etcdserver: request timed out"),
  TIMEOUT_LEADER_FAILED(
      Code.UNAVAILABLE, "etcdserver: request timed out, possibly due to previous leader failure"),
  TIMEOUT_CONNECTION_LOST(
      Code.UNAVAILABLE, "etcdserver: request timed out, possibly due to connection lost"),
  SESSION_EXPIRED(Code.UNKNOWN, "mutex: session is expired"),
  NO_LEADER_KEY(Code.UNKNOWN, "\"leader\" field must be provided"),
  NOT_ELECTED(Code.UNKNOWN, "election: not leader"),
  NOBODY_ELECTED(Code.UNKNOWN, "election: no leader"),
  STREAM_SORT(Code.UNIMPLEMENTED, "RangeStream does not support custom sort orders"),
  STREAM_FILTER(Code.UNIMPLEMENTED, "RangeStream does not support revision filters"),

  // Ours: an etcd without memory ends.
  NO_MEMORY(Code.RESOURCE_EXHAUSTED, "metastore: not enough memory for this call"),

  // Ours: etcd builds answers of any size until it runs out of memory.
  RESPONSE_TOO_LARGE(
      Code.RESOURCE_EXHAUSTED,
      "metastore: response is too large, read the range in parts (limit) or as a stream");

  @SuppressWarnings("ImmutableEnumChecker") // it is immutable, only not annotated so
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

  /** Always the same one, made once: its stack trace says nothing. */
  StatusRuntimeException exception() {
    return exception;
  }

  String text() {
    return String.valueOf(status.getDescription());
  }
}
