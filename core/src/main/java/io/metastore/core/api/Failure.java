package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

/**
 * Why a request cannot be done; a value, not an exception.
 *
 * @param detail facts for a log or a person, such as {@code requested=5 compacted=9}; not the error
 *     text of any protocol
 */
public record Failure(FailureCode code, String detail) {

  public Failure {
    requireNonNull(code, "code");
    requireNonNull(detail, "detail");
  }

  /**
   * Makes a failure from a code and key-value pairs: {@code of(COMPACTED, "requested", 5,
   * "compacted", 9)}.
   */
  public static Failure of(FailureCode code, Object... facts) {
    StringBuilder detail = new StringBuilder();
    for (int i = 0; i + 1 < facts.length; i += 2) {
      detail.append(i == 0 ? "" : " ").append(facts[i]).append('=').append(facts[i + 1]);
    }
    return new Failure(code, detail.toString());
  }

  /** The number stored in the detail under a key, such as {@code compacted}; 0 if there is none. */
  public long number(String fact) {
    for (String stated : detail.split(" ", -1)) {
      if (stated.startsWith(fact + "=")) {
        return Long.parseLong(stated.substring(fact.length() + 1));
      }
    }
    return 0;
  }
}
