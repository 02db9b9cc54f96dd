package io.metastore.client;

import io.metastore.api.v1.ErrorDetail.Reason;

/** What a failed attempt means for the call. This is decided only here. */
enum Verdict {
  /** The servers decided; another attempt would have the same result. */
  FINAL,
  /** The call surely had no effect; another attempt, elsewhere or later, may succeed. */
  NOT_DONE,
  /** The call may have taken effect, or may still do so. */
  UNKNOWN;

  /**
   * Classifies a failure.
   *
   * @param sent whether the request may have left this process
   */
  static Verdict of(MetastoreException failure, boolean sent) {
    Reason reason = failure.reason();
    return switch (reason) {
      case NO_LEADER, STOPPING, OVERLOADED -> NOT_DONE;
      case OUTCOME_UNKNOWN -> UNKNOWN;
      case REASON_UNSPECIFIED, UNRECOGNIZED -> ofCode(failure, sent);
      default -> FINAL;
    };
  }

  private static Verdict ofCode(MetastoreException failure, boolean sent) {
    return switch (failure.code()) {
      // gRPC itself produces these codes when a connection breaks or time runs out; so do proxies.
      case UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED, UNKNOWN, INTERNAL ->
          sent ? UNKNOWN : NOT_DONE;
      default -> FINAL;
    };
  }
}
