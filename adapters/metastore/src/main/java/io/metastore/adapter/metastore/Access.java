package io.metastore.adapter.metastore;

import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What one call may do, and on which rules that was decided. Its service finds it in the gRPC
 * context; a call that came while access control was off has none. Thread-safe.
 */
final class Access {
  static final Context.Key<Access> KEY = Context.key("access");

  private final Metastore metastore;
  private final @Nullable String token;

  /** When the call came: a token that expires during the call still counts for it. */
  private final long nowMs;

  private volatile Requirements.Needs needs = new Requirements.Needs(true, List.of());
  private volatile long checkedRevision;

  Access(Metastore metastore, @Nullable String token, long nowMs) {
    this.metastore = metastore;
    this.token = token;
    this.nowMs = nowMs;
  }

  /**
   * Decides on a request.
   *
   * @return why the call is refused, or null
   */
  @Nullable Refusal findRefusal(Requirements.Needs asked) {
    needs = asked;
    return findRefusal(metastore.access());
  }

  /** Decides once more, on the rules of now. */
  @Nullable Refusal findRefusal() {
    return findRefusal(metastore.access());
  }

  /** Whether newer rules than this member has may tell who calls. */
  boolean hasToken() {
    return token != null;
  }

  /**
   * Decides whether an answer may leave, if the rules have changed since the request was looked at.
   * What was changed is told in any case.
   */
  @Nullable StatusRuntimeException findRefusalOfAnswer() {
    AccessRules rules = metastore.access();
    if (rules.revision() == checkedRevision || needs.changes()) {
      return null;
    }
    Refusal refusal = findRefusal(rules);
    return refusal == null ? null : Errors.of(refusal);
  }

  private @Nullable Refusal findRefusal(AccessRules rules) {
    if (rules.enabled()) {
      String user = token == null ? null : rules.findUser(token, nowMs);
      if (user == null) {
        return unauthenticated();
      }
      for (Need need : needs.needs()) {
        if (!need.isMet(rules, user)) {
          return denied(need);
        }
      }
    }
    checkedRevision = rules.revision();
    return null;
  }

  /** Of the call at hand, to be asked for within the service method; null if there is none. */
  static @Nullable Access ofCall(Metastore metastore) {
    return metastore.access().enabled() ? KEY.get() : null;
  }

  /** What a command of this call must carry; 0 without access control. */
  static long authRevision(@Nullable Access access) {
    return access == null ? 0 : access.checkedRevision;
  }

  /** Submits the command of the call at hand; within the service method. */
  static CompletableFuture<Outcome> submit(Metastore metastore, Command command) {
    return submit(metastore, ofCall(metastore), command);
  }

  /**
   * Submits a command of a call; if the rules changed before its turn the call is decided anew,
   * once.
   *
   * @param access as {@link #ofCall} gave it
   */
  static CompletableFuture<Outcome> submit(
      Metastore metastore, @Nullable Access access, Command command) {
    if (access == null) {
      return metastore.submit(command);
    }
    return access
        .submit(command)
        .thenCompose(
            outcome -> {
              if (!isOutdated(outcome)) {
                return CompletableFuture.completedFuture(outcome);
              }
              Refusal refusal = access.findRefusal();
              return refusal == null
                  ? access.submit(command)
                  : CompletableFuture.failedFuture(refusal);
            });
  }

  private CompletableFuture<Outcome> submit(Command command) {
    return metastore.submit(command.toBuilder().setAuthRevision(checkedRevision).build());
  }

  private static boolean isOutdated(Outcome outcome) {
    return outcome instanceof Outcome.Failed failed
        && failed.failure().code() == FailureCode.AUTH_CHANGED;
  }

  private static Refusal unauthenticated() {
    return new Refusal(
        ErrorDetail.newBuilder().setReason(Reason.UNAUTHENTICATED).build(),
        "no token, or one that is wrong or has expired");
  }

  private static Refusal denied(Need need) {
    return Refusal.denied(need.path(), need.right().name());
  }
}
