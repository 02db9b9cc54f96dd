package io.metastore.cli.console;

import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.client.MetastoreException;
import io.metastore.client.OutcomeUnknownException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The exit codes of the commands, with their meanings. Exit codes are chosen only here. */
public enum ExitCode {
  OK(0, "success"),
  NO(1, "negative result: no such key, a condition failed, or the lock was not acquired"),
  USAGE(2, "invalid command line"),
  UNREACHABLE(3, "no server answers or there is no leader; nothing was changed"),
  OUTCOME_UNKNOWN(
      4, "no reply received: the change may or may not have been made; check before retrying"),
  REFUSED(5, "refused by the server: invalid path, no permission, stale token, compacted revision"),
  LOCK_LOST(6, "lock: the lock was lost while held"),
  BUG(70, "internal error");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  /** The number that the process exits with. */
  public int code() {
    return code;
  }

  /** All exit codes with their meanings, in order, as picocli's help lists them. */
  public static Map<String, String> meanings() {
    return Arrays.stream(values())
        .collect(
            Collectors.toMap(
                exit -> " " + exit.code,
                exit -> exit.meaning,
                (one, other) -> one,
                LinkedHashMap::new));
  }

  /** The exit code for a failed call. */
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

  /**
   * The exit code for a failure without a Metastore reason: the connection failed, or the server is
   * of another kind or version.
   */
  private static ExitCode ofCode(MetastoreException failure) {
    return switch (failure.code()) {
      case UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED -> UNREACHABLE;
      default -> REFUSED;
    };
  }
}
