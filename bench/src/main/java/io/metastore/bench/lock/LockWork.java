package io.metastore.bench.lock;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One line of work in a comparison of lock services.
 *
 * @param kind what the contenders do
 * @param clients the number of contenders; for {@link Kind#WAITERS} those waiting behind the first
 *     holder
 * @param connections the number of TCP connections that they share
 */
public record LockWork(Kind kind, int clients, int connections) {
  private static final Pattern FORM = Pattern.compile("([a-z]+):([0-9]{1,6})/([0-9]{1,6})");

  /** What contenders do. */
  public enum Kind {
    /** Each acquires and releases its own lock in a loop. An operation is one such pair. */
    UNCONTENDED,
    /** All acquire and release one lock in a loop. An operation is one hand-over. */
    CONTENDED,
    /**
     * All wait for one lock, then each releases it as soon as it gets it, until none waits. Only
     * the hand-overs are measured; each is an operation.
     */
    WAITERS
  }

  /** Checks the numbers. */
  public LockWork {
    requireNonNull(kind, "kind");
    if (clients < 1 || connections < 1 || connections > clients) {
      throw new IllegalArgumentException("clients / connections: " + clients + "/" + connections);
    }
  }

  /**
   * Parses {@code contended:64/64}: kind, clients, connections.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static LockWork parse(String text) {
    var form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException("expected work:clients/connections, not: " + text);
    }
    return new LockWork(
        Kind.valueOf(form.group(1).toUpperCase(Locale.ROOT)),
        Integer.parseInt(form.group(2)),
        Integer.parseInt(form.group(3)));
  }

  /** The lock of the contender with this index. */
  String lock(int ordinal) {
    return kind == Kind.UNCONTENDED ? "own-" + ordinal : "shared";
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + ":" + clients + "/" + connections;
  }
}
