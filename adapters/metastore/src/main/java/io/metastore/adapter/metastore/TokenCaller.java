package io.metastore.adapter.metastore;

import io.grpc.StatusRuntimeException;
import io.metastore.adapter.grpc.CallAccess;
import io.metastore.adapter.grpc.Demand;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.core.api.AccessRules;
import org.jspecify.annotations.Nullable;

/**
 * The caller, identified by the token of the call, if there is one.
 *
 * @param nowMs when the call arrived, in milliseconds since 1970: a token that expires during the
 *     call is still valid for it
 */
record TokenCaller(@Nullable String token, long nowMs) implements CallAccess.Caller {

  @Override
  public boolean isNamed() {
    return token != null;
  }

  @Override
  public @Nullable String findUser(AccessRules rules) {
    return token == null ? null : rules.findTokenOwner(token, nowMs);
  }

  /** The demand of a request of this caller. */
  Demand demand(Requirements.Needs needs) {
    return new Demand() {
      @Override
      public boolean changes() {
        return needs.changes();
      }

      @Override
      public @Nullable StatusRuntimeException findRefusal(AccessRules rules) {
        String user = findUser(rules);
        if (user == null) {
          return Errors.of(unauthenticated());
        }
        for (Need need : needs.needs()) {
          if (!need.isMet(rules, user)) {
            return Errors.of(Refusal.denied(need.path(), need.right().name()));
          }
        }
        return null;
      }
    };
  }

  private static Refusal unauthenticated() {
    return new Refusal(
        ErrorDetail.newBuilder().setReason(Reason.UNAUTHENTICATED).build(),
        "missing, invalid or expired token");
  }
}
