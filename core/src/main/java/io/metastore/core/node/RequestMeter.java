package io.metastore.core.node;

import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Meters;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.RequestKind;
import io.metastore.core.command.AuthChange;
import io.metastore.core.command.Command;
import io.metastore.core.command.Op;
import io.metastore.core.command.Txn;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Measures how long the requests of this member's callers take, by kind. Thread-safe. */
final class RequestMeter {
  private final Meters meters;

  RequestMeter(Meters meters) {
    this.meters = meters;
  }

  /**
   * Measures a command until its outcome is known. One that is refused when it is applied counts as
   * served, as in etcd.
   */
  CompletableFuture<Outcome> command(
      long startNanos, Command command, CompletableFuture<Outcome> outcome) {
    RequestKind kind = kind(command);
    outcome.whenComplete(
        (done, failure) -> meters.requests(kind, done != null).recordSince(startNanos));
    return outcome;
  }

  /** Measures a read until its outcome is known. One that is refused counts as not served. */
  CompletableFuture<Outcome> read(
      long startNanos, RequestKind kind, CompletableFuture<Outcome> outcome) {
    outcome.whenComplete(
        (done, failure) -> {
          if (!isTooLarge(done)) {
            meters.requests(kind, isServed(done)).recordSince(startNanos);
          }
        });
    return outcome;
  }

  /** Counts the time that reading a range from the tables took. */
  void rangeRead(long startNanos, Outcome outcome) {
    if (!isTooLarge(outcome)) {
      meters.rangeReads(isServed(outcome)).recordSince(startNanos);
    }
  }

  /** A read that is too large is repeated by its caller, who measures it. */
  private static boolean isTooLarge(@Nullable Outcome outcome) {
    return outcome instanceof Outcome.Failed failed
        && failed.failure().code() == FailureCode.RESPONSE_TOO_LARGE;
  }

  private static boolean isServed(@Nullable Outcome outcome) {
    return outcome != null && !(outcome instanceof Outcome.Failed);
  }

  private static RequestKind kind(Command command) {
    return switch (command.getKindCase()) {
      case TXN -> kind(command.getTxn());
      case COMPACT -> RequestKind.COMPACT;
      case GRANT_LEASE -> RequestKind.GRANT_LEASE;
      case REVOKE_LEASE -> RequestKind.REVOKE_LEASE;
      case CHECKPOINT_LEASES -> RequestKind.CHECKPOINT_LEASES;
      case CHANGE_ALARM -> RequestKind.ALARM;
      case LOGIN -> RequestKind.LOGIN;
      case AUTH_CHANGE -> kind(command.getAuthChange());
      case MEMBER_NOTE -> RequestKind.MEMBER_NOTE;
      case HASH_POINT -> RequestKind.HASH_POINT;
      case ADD_PEER, DROP_PEER, MOVE_PEER -> RequestKind.CHANGE_MEMBERS;
      case NEW_CLIENT, OPEN_SESSION, ATTACH_SESSION, END_SESSION -> RequestKind.SESSION;
      case ACQUIRE, RELEASE, WITHDRAW -> RequestKind.LOCK;
      case TREE_CHANGE, REAP_NODE -> RequestKind.ZNODE;
      case KIND_NOT_SET -> throw new IllegalArgumentException("a command without a kind");
    };
  }

  private static RequestKind kind(Txn txn) {
    if (!isOneOperation(txn)) {
      return RequestKind.TXN;
    }
    return switch (txn.getSuccess(0).getKindCase()) {
      case PUT -> RequestKind.PUT;
      case DELETE -> RequestKind.DELETE;
      case NODE -> RequestKind.ZNODE;
      case RANGE, TXN, KIND_NOT_SET -> RequestKind.TXN;
    };
  }

  /** Whether a transaction consists of one operation and no condition. */
  static boolean isOneOperation(Txn txn) {
    return txn.getComparesCount() == 0
        && txn.getFailureCount() == 0
        && txn.getSuccessCount() == 1
        && txn.getSuccess(0).getKindCase() != Op.KindCase.TXN;
  }

  private static RequestKind kind(AuthChange change) {
    return switch (change.getKindCase()) {
      case ENABLE -> RequestKind.ENABLE_AUTH;
      case DISABLE -> RequestKind.DISABLE_AUTH;
      case PUT_USER, ADD_USER -> RequestKind.ADD_USER;
      case DELETE_USER -> RequestKind.DELETE_USER;
      case CHANGE_PASSWORD -> RequestKind.CHANGE_PASSWORD;
      case GRANT_ROLE -> RequestKind.GRANT_ROLE;
      case REVOKE_ROLE -> RequestKind.REVOKE_ROLE;
      case PUT_ROLE, ADD_ROLE -> RequestKind.ADD_ROLE;
      case DELETE_ROLE -> RequestKind.DELETE_ROLE;
      case SET_GRANT, GRANT_RANGE -> RequestKind.GRANT_PERMISSION;
      case REVOKE_RANGE -> RequestKind.REVOKE_PERMISSION;
      case KIND_NOT_SET -> throw new IllegalArgumentException("a change without a kind");
    };
  }
}
