package io.metastore.adapter.etcd;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.metastore.adapter.grpc.Causes;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.StoreException;
import io.metastore.core.api.StoreException.ChangeRefused;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.api.StoreException.OutcomeUnknown;
import io.metastore.core.api.StoreException.Overloaded;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the errors that etcd clients receive. */
final class EtcdErrors {
  private static final Logger LOG = LoggerFactory.getLogger(EtcdErrors.class);

  private EtcdErrors() {}

  static EtcdError of(FailureCode code) {
    return switch (code) { // exhaustive on purpose: a new code must not compile until mapped
      case KEY_NOT_FOUND -> EtcdError.KEY_NOT_FOUND;
      case COMPACTED -> EtcdError.COMPACTED;
      case FUTURE_REVISION -> EtcdError.FUTURE_REVISION;
      case LEASE_NOT_FOUND, CLIENT_ENDED -> EtcdError.LEASE_NOT_FOUND;
      case LEASE_EXISTS -> EtcdError.LEASE_EXISTS;
      case LEASE_TTL_TOO_LARGE -> EtcdError.LEASE_TTL_TOO_LARGE;
      case REQUEST_TOO_LARGE -> EtcdError.REQUEST_TOO_LARGE;
      case RESPONSE_TOO_LARGE -> EtcdError.RESPONSE_TOO_LARGE;
      case NO_SPACE -> EtcdError.NO_SPACE;
      case CORRUPT -> EtcdError.CORRUPT;
      case LOCK_PLACE_LOST -> EtcdError.SESSION_EXPIRED;
      // The call was authorized while access control was off, or was still off according to this
      // member.
      case AUTH_CHANGED -> EtcdError.AUTH_OLD_REVISION;
      case AUTH_NOT_ENABLED -> EtcdError.AUTH_NOT_ENABLED;
      case ROOT_USER_MISSING -> EtcdError.ROOT_USER_MISSING;
      case ROOT_ROLE_MISSING -> EtcdError.ROOT_ROLE_MISSING;
      case ROOT_PROTECTED -> EtcdError.INVALID_AUTH_MGMT;
      case USER_NOT_FOUND -> EtcdError.USER_NOT_FOUND;
      case USER_EXISTS -> EtcdError.USER_EXISTS;
      case ROLE_NOT_FOUND -> EtcdError.ROLE_NOT_FOUND;
      case ROLE_EXISTS -> EtcdError.ROLE_EXISTS;
      case ROLE_NOT_GRANTED -> EtcdError.ROLE_NOT_GRANTED;
      case PERMISSION_NOT_GRANTED -> EtcdError.PERMISSION_NOT_GRANTED;
      case PERMISSION_DENIED -> EtcdError.PERMISSION_DENIED;
      case MEMBER_NOT_FOUND -> EtcdError.MEMBER_NOT_FOUND;
      case MEMBER_EXISTS -> EtcdError.MEMBER_EXISTS;
      case TOO_MANY_LEARNERS -> EtcdError.TOO_MANY_LEARNERS;
      case PEER_URL_EXISTS -> EtcdError.PEER_URL_EXISTS;
      case LOCK_MODE,
          STALE_TOKEN,
          READ_TOO_OLD,
          ZNODE_NOT_FOUND,
          ZNODE_EXISTS,
          ZNODE_VERSION,
          ZNODE_NOT_EMPTY,
          ZNODE_DENIED,
          ZNODE_REFUSED ->
          throw new IllegalArgumentException("code used only by the native API: " + code);
      case AUTH_ALREADY_ENABLED ->
          throw new IllegalArgumentException("not a failure of etcd's API: " + code);
    };
  }

  static EtcdError of(StoreException failure) {
    // A chain of instanceof, because Java 17 cannot switch over classes; a test checks that no
    // subclass is missing.
    if (failure instanceof OutcomeUnknown unknown) {
      return switch (unknown.reason()) {
        case TIMEOUT -> EtcdError.TIMEOUT;
        case LEADER_FAILED -> EtcdError.TIMEOUT_LEADER_FAILED;
        case CONNECTION_LOST -> EtcdError.TIMEOUT_CONNECTION_LOST;
      };
    }
    if (failure instanceof NotServed notServed) {
      return switch (notServed.reason()) {
        // In etcd, proposals and reads wait until they time out, with or without a leader. "no
        // leader" is only for callers that require a leader by metadata, and for lease calls, which
        // need the leader themselves.
        case NO_LEADER, NO_CLUSTER, TIMEOUT, NO_MEMORY -> EtcdError.TIMEOUT;
        case LEADER_CHANGED -> EtcdError.LEADER_CHANGED;
        case STOPPED -> EtcdError.STOPPED;
      };
    }
    if (failure instanceof Overloaded) {
      return EtcdError.TOO_MANY_REQUESTS;
    }
    if (failure instanceof ChangeRefused refused) {
      return switch (refused.reason()) {
        case UNKNOWN_MEMBER -> EtcdError.MEMBER_NOT_FOUND;
        case ALREADY_MEMBER -> EtcdError.PEER_URL_EXISTS;
        case BAD_REQUEST -> EtcdError.BAD_MEMBER_URLS;
        case ID_EXISTS -> EtcdError.MEMBER_EXISTS;
        case NOT_LEARNER -> EtcdError.MEMBER_NOT_LEARNER;
        case NOT_CAUGHT_UP -> EtcdError.LEARNER_NOT_READY;
        case TOO_MANY_LEARNERS -> EtcdError.TOO_MANY_LEARNERS;
        case NOT_STARTED -> EtcdError.NOT_ENOUGH_STARTED;
        case IN_PROGRESS, UNSAFE -> EtcdError.UNHEALTHY;
      };
    }
    throw new IllegalArgumentException("unmapped " + failure.getClass());
  }

  /** The error for a call whose future failed. */
  static StatusRuntimeException of(Throwable failure) {
    Throwable cause = Causes.of(failure);
    if (cause instanceof StatusRuntimeException decided) {
      return decided;
    }
    if (cause instanceof StoreException world) {
      return of(world).exception();
    }
    if (cause instanceof RejectedExecutionException) {
      // The store's threads accept no more work, because it is being closed.
      return EtcdError.STOPPED.exception();
    }
    if (cause instanceof OutOfMemoryError) {
      LOG.warn("out of memory in a call", cause);
      return EtcdError.NO_MEMORY.exception();
    }
    LOG.error("call failed", cause);
    return Status.UNKNOWN.withDescription(String.valueOf(cause.getMessage())).asRuntimeException();
  }
}
