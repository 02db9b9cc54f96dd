package io.metastore.adapter.metastore;

import com.google.protobuf.Any;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.metastore.adapter.grpc.Causes;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.core.api.Failure;
import io.metastore.core.api.StoreException;
import io.metastore.core.api.StoreException.ChangeRefused;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.api.StoreException.OutcomeUnknown;
import io.metastore.core.api.StoreException.Overloaded;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the errors that clients receive. */
final class Errors {
  private static final Logger LOG = LoggerFactory.getLogger(Errors.class);

  private Errors() {}

  /** The gRPC code of each reason, as documented in {@code errors.proto}. */
  static Code codeOf(Reason reason) {
    return switch (reason) { // exhaustive on purpose: a new reason must not compile until mapped
      case BAD_PATH, BAD_REQUEST, TOO_LARGE, TOO_MANY_OPS, DUPLICATE_KEY, WRONG_PASSWORD ->
          Code.INVALID_ARGUMENT;
      case UNKNOWN_CLIENT, UNKNOWN_PRINCIPAL, UNKNOWN_MEMBER, UNKNOWN_ZNODE -> Code.NOT_FOUND;
      case CLIENT_CLOSED,
          CONDITION_FAILED,
          FENCED,
          STALE_TOKEN,
          LOCK_MODE,
          PLACE_LOST,
          ZNODE_EXISTS,
          ZNODE_VERSION,
          ZNODE_NOT_EMPTY,
          ZNODE_REFUSED,
          ACL_STATE,
          ALREADY_MEMBER,
          CHANGE_IN_PROGRESS ->
          Code.FAILED_PRECONDITION;
      case CONFLICT -> Code.ABORTED;
      case COMPACTED, FUTURE_REVISION, READ_TOO_OLD, EVENTS_LOST -> Code.OUT_OF_RANGE;
      case OVERLOADED, ANSWER_TOO_LARGE, NO_SPACE -> Code.RESOURCE_EXHAUSTED;
      case NO_LEADER, STOPPING, UNSAFE_CHANGE -> Code.UNAVAILABLE;
      case OUTCOME_UNKNOWN -> Code.UNKNOWN;
      case CORRUPT -> Code.DATA_LOSS;
      case BUG, REASON_UNSPECIFIED, UNRECOGNIZED -> Code.INTERNAL;
      case UNAUTHENTICATED -> Code.UNAUTHENTICATED;
      case PERMISSION_DENIED -> Code.PERMISSION_DENIED;
    };
  }

  /** The error for a failure of the store, as far as it does not depend on the request. */
  static Refusal toRefusal(Failure failure) {
    return switch (failure.code()) { // exhaustive on purpose, as above
      case COMPACTED ->
          refusal(
              ErrorDetail.newBuilder()
                  .setReason(Reason.COMPACTED)
                  .setRevision(failure.number("compacted")),
              "the requested revision has been compacted: " + failure.detail());
      case FUTURE_REVISION ->
          refusal(
              ErrorDetail.newBuilder()
                  .setReason(Reason.FUTURE_REVISION)
                  .setRevision(failure.number("current")),
              "the requested revision is in the future: " + failure.detail());
      case LEASE_NOT_FOUND -> refusal(Reason.UNKNOWN_CLIENT, "no client has this ID");
      case CLIENT_ENDED -> refusal(Reason.CLIENT_CLOSED, "the client was closed or has expired");
      case LEASE_TTL_TOO_LARGE -> Refusal.badRequest("ttl_ms", "is too large");
      case REQUEST_TOO_LARGE ->
          refusal(
              ErrorDetail.newBuilder().setReason(Reason.TOO_LARGE).setLimit(failure.number("max")),
              "the request is too large: " + failure.detail());
      case RESPONSE_TOO_LARGE ->
          refusal(
              Reason.ANSWER_TOO_LARGE,
              "the response is too large: read smaller parts, or use GetRange");
      case NO_SPACE -> refusal(Reason.NO_SPACE, "a member has no space left: " + failure.detail());
      case CORRUPT ->
          refusal(Reason.CORRUPT, "the data of the members differs: " + failure.detail());
      case LOCK_PLACE_LOST ->
          refusal(Reason.PLACE_LOST, "the place in the lock's queue was deleted while it waited");
      case LOCK_MODE ->
          refusal(
              Reason.LOCK_MODE, "the client already has a place of the other mode in this lock");
      case STALE_TOKEN ->
          refusal(Reason.STALE_TOKEN, "the lock has no place with this token: " + failure.detail());
      case READ_TOO_OLD ->
          refusal(Reason.READ_TOO_OLD, "too many changes since the revision: " + failure.detail());
      case AUTH_CHANGED ->
          refusal(
              Reason.UNAUTHENTICATED, "access rules changed during the call, which had no effect");
      case PERMISSION_DENIED ->
          refusal(
              Reason.PERMISSION_DENIED,
              "the client owns a key that the caller may not write; " + failure.detail());
      case AUTH_ALREADY_ENABLED -> refusal(Reason.ACL_STATE, "access control is already on");
      case AUTH_NOT_ENABLED -> refusal(Reason.ACL_STATE, "access control is off");
      case ROOT_USER_MISSING -> refusal(Reason.ACL_STATE, "there is no user root");
      case ROOT_ROLE_MISSING -> refusal(Reason.ACL_STATE, "the user root lacks the role root");
      case ROOT_PROTECTED ->
          refusal(
              Reason.ACL_STATE,
              "the user root and its role root cannot be removed while access control is on");
      case USER_NOT_FOUND, ROLE_NOT_FOUND ->
          refusal(Reason.UNKNOWN_PRINCIPAL, "no such " + failure.detail());
      case ZNODE_NOT_FOUND -> refusal(Reason.UNKNOWN_ZNODE, "no such znode: " + failure.detail());
      case ZNODE_EXISTS -> refusal(Reason.ZNODE_EXISTS, "the znode exists: " + failure.detail());
      case ZNODE_VERSION ->
          refusal(Reason.ZNODE_VERSION, "the znode has another version: " + failure.detail());
      case ZNODE_NOT_EMPTY ->
          refusal(Reason.ZNODE_NOT_EMPTY, "the znode has children: " + failure.detail());
      case ZNODE_DENIED ->
          refusal(
              Reason.PERMISSION_DENIED,
              "the access list of the znode does not permit this: " + failure.detail());
      case ZNODE_REFUSED ->
          refusal(Reason.ZNODE_REFUSED, "the operation on a znode is refused: " + failure.detail());
      // This adapter proposes nothing that can fail with these codes.
      case KEY_NOT_FOUND,
          MEMBER_NOT_FOUND,
          MEMBER_EXISTS,
          TOO_MANY_LEARNERS,
          PEER_URL_EXISTS,
          LEASE_EXISTS,
          USER_EXISTS,
          ROLE_EXISTS,
          ROLE_NOT_GRANTED,
          PERMISSION_NOT_GRANTED ->
          refusal(Reason.BUG, failure.code() + " " + failure.detail());
    };
  }

  /** The error for a call whose future failed. */
  static StatusRuntimeException of(Throwable failure) {
    Throwable cause = Causes.of(failure);
    if (cause instanceof Refusal refusal) {
      return of(refusal);
    }
    if (cause instanceof StatusRuntimeException decided) {
      return decided;
    }
    if (cause instanceof StoreException world) {
      return of(toRefusal(world));
    }
    if (cause instanceof RejectedExecutionException) {
      // The store's threads accept no more work, because it is being closed.
      return of(refusal(Reason.STOPPING, "the server is stopping"));
    }
    if (cause instanceof OutOfMemoryError) {
      LOG.warn("out of memory in a call", cause);
      return of(refusal(Reason.ANSWER_TOO_LARGE, "not enough memory for this call"));
    }
    LOG.error("call failed", cause);
    return of(refusal(Reason.BUG, String.valueOf(cause.getMessage())));
  }

  private static Refusal toRefusal(StoreException failure) {
    // A chain of instanceof, because Java 17 cannot switch over classes; a test checks that no
    // subclass is missing.
    if (failure instanceof OutcomeUnknown unknown) {
      return refusal(
          Reason.OUTCOME_UNKNOWN,
          "the call may have taken effect, or may still do so: " + unknown.reason());
    }
    if (failure instanceof NotServed notServed) {
      return switch (notServed.reason()) {
        case NO_LEADER, TIMEOUT, LEADER_CHANGED ->
            refusal(Reason.NO_LEADER, "no leader found in time: " + notServed.reason());
        case NO_CLUSTER ->
            refusal(Reason.NO_LEADER, "this member waits to become part of a cluster");
        case NO_MEMORY ->
            refusal(Reason.OVERLOADED, "other responses use all memory set aside for responses");
        case STOPPED -> refusal(Reason.STOPPING, "the server is stopping");
      };
    }
    if (failure instanceof Overloaded) {
      return refusal(Reason.OVERLOADED, "the server is overloaded");
    }
    if (failure instanceof ChangeRefused change) {
      return refusal(
          ErrorDetail.newBuilder().setReason(reasonOf(change)).setField(change.about()),
          String.valueOf(change.getMessage()));
    }
    throw new IllegalArgumentException("unmapped " + failure.getClass());
  }

  private static Reason reasonOf(ChangeRefused change) {
    return switch (change.reason()) { // exhaustive on purpose, as above
      case BAD_REQUEST -> Reason.BAD_REQUEST;
      case UNKNOWN_MEMBER -> Reason.UNKNOWN_MEMBER;
      case ALREADY_MEMBER -> Reason.ALREADY_MEMBER;
      case IN_PROGRESS -> Reason.CHANGE_IN_PROGRESS;
      case ID_EXISTS -> Reason.ALREADY_MEMBER;
      case NOT_LEARNER, TOO_MANY_LEARNERS -> Reason.BAD_REQUEST;
      case NOT_CAUGHT_UP, NOT_STARTED, UNSAFE -> Reason.UNSAFE_CHANGE;
    };
  }

  static StatusRuntimeException of(Refusal refusal) {
    Status status =
        Status.newBuilder()
            .setCode(codeOf(refusal.detail().getReason()).value())
            .setMessage(refusal.message())
            .addDetails(Any.pack(refusal.detail()))
            .build();
    return StatusProto.toStatusRuntimeException(status);
  }

  private static Refusal refusal(Reason reason, String message) {
    return refusal(ErrorDetail.newBuilder().setReason(reason), message);
  }

  private static Refusal refusal(ErrorDetail.Builder detail, String message) {
    return new Refusal(detail.build(), message);
  }
}
