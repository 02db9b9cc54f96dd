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

/** Decides what etcd's clients are told when something cannot be done. */
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
      // The call came when access control was off, or for all that this member knew.
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
      case LOCK_MODE, STALE_TOKEN, READ_TOO_OLD ->
          throw new IllegalArgumentException("only asked for by the native API: " + code);
      case AUTH_ALREADY_ENABLED ->
          throw new IllegalArgumentException("no failure of etcd's API: " + code);
    };
  }

  static EtcdError of(StoreException failure) {
    // A test walks the permitted subclasses: Java 17 cannot switch over them.
    if (failure instanceof OutcomeUnknown unknown) {
      return switch (unknown.reason()) {
        case TIMEOUT -> EtcdError.TIMEOUT;
        case LEADER_FAILED -> EtcdError.TIMEOUT_LEADER_FAILED;
        case CONNECTION_LOST -> EtcdError.TIMEOUT_CONNECTION_LOST;
      };
    }
    if (failure instanceof NotServed notServed) {
      return switch (notServed.reason()) {
        // Proposals and reads wait in etcd until their time is up, leader or not; "no leader" is
        // only for callers
        // that ask for one by metadata, and for lease calls, which look for the leader themselves.
        case NO_LEADER, NO_CLUSTER, TIMEOUT -> EtcdError.TIMEOUT;
        case LEADER_CHANGED -> EtcdError.LEADER_CHANGED;
        case STOPPED -> EtcdError.STOPPED;
      };
    }
    if (failure instanceof Overloaded) {
      return EtcdError.TOO_MANY_REQUESTS;
    }
    if (failure instanceof ChangeRefused) {
      throw new IllegalArgumentException("only asked for by the native API: " + failure);
    }
    throw new IllegalArgumentException("unmapped " + failure.getClass());
  }

  /** What ends a call whose future completed exceptionally. */
  static StatusRuntimeException of(Throwable failure) {
    Throwable cause = Causes.of(failure);
    if (cause instanceof StatusRuntimeException decided) {
      return decided;
    }
    if (cause instanceof StoreException world) {
      return of(world).exception();
    }
    if (cause instanceof RejectedExecutionException) {
      // The store's threads take no more work: it is being closed.
      return EtcdError.STOPPED.exception();
    }
    if (cause instanceof OutOfMemoryError) {
      LOG.warn("no memory for a call", cause);
      return EtcdError.NO_MEMORY.exception();
    }
    LOG.error("call failed", cause);
    return Status.UNKNOWN.withDescription(String.valueOf(cause.getMessage())).asRuntimeException();
  }
}
