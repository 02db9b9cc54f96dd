package io.metastore.cli.console;

import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.client.MetastoreException;
import io.metastore.client.OutcomeUnknownException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What the commands end with. The one place where that is decided and explained. */
public enum ExitCode {
  OK(0, "done"),
  NO(1, "the answer is no: no such key, a condition does not hold, the lock was not got"),
  USAGE(2, "the command line is wrong"),
  UNREACHABLE(3, "no server answers, or none knows a leader; nothing was done"),
  OUTCOME_UNKNOWN(
      4, "the answer was lost: it may have been done, or not; look before trying again"),
  REFUSED(5, "the server refuses: a bad path, no permission, a stale token, a compacted revision"),
  LOCK_LOST(6, "lock: the lock was lost while it was held"),
  BUG(70, "a defect in this program");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  /** As the process ends with it. */
  public int code() {
    return code;
  }

  /** All of them for picocli's list of exit codes, in order. */
  public static Map<String, String> meanings() {
    return Arrays.stream(values())
        .collect(
            Collectors.toMap(
                exit -> " " + exit.code,
                exit -> exit.meaning,
                (one, other) -> one,
                LinkedHashMap::new));
  }

  /** Of a call that failed. */
  static ExitCode of(MetastoreException failure) {
    if (failure instanceof OutcomeUnknownException) {
      return OUTCOME_UNKNOWN;
    }
    Reason reason = failure.reason();
    return switch (reason) {
      case CONDITION_FAILED, FENCED, CONFLICT -> NO;
      case NO_LEADER, STOPPING, OVERLOADED -> UNREACHABLE;
      case OUTCOME_UNKNOWN -> OUTCOME_UNKNOWN;
      case REASON_UNSPECIFIED, UNRECOGNIZED -> ofCode(failure);
      default -> REFUSED;
    };
  }

  /** The servers did not say: the connection failed, or they are of another kind or age. */
  private static ExitCode ofCode(MetastoreException failure) {
    return switch (failure.code()) {
      case UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED -> UNREACHABLE;
      default -> REFUSED;
    };
  }
}
