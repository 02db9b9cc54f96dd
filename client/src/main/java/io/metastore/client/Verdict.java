package io.metastore.client;

import io.metastore.api.v1.ErrorDetail.Reason;

/** What a failed attempt of a call tells about the call. The one place where that is decided. */
enum Verdict {
  /** The servers decided: trying again changes nothing. */
  FINAL,
  /** Surely not done; worth trying elsewhere or later. */
  NOT_DONE,
  /** May have been done, or may yet be. */
  UNKNOWN;

  /**
   * Judges a failure.
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
      // Made by gRPC itself when connections break or time is up; and by proxies.
      case UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED, UNKNOWN, INTERNAL ->
          sent ? UNKNOWN : NOT_DONE;
      default -> FINAL;
    };
  }
}
