package io.metastore.bench.lock;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One line of work that lock services are compared by.
 *
 * @param kind what is done
 * @param clients how many contenders; for {@link Kind#WAITERS} those behind the first holder
 * @param connections TCP connections they share
 */
public record LockWork(Kind kind, int clients, int connections) {
  private static final Pattern FORM = Pattern.compile("([a-z]+):([0-9]{1,6})/([0-9]{1,6})");

  /** What contenders do. */
  public enum Kind {
    /** Each takes and gives up a lock of its own, again and again. One operation is such a pair. */
    UNCONTENDED,
    /** All take and give up one lock, again and again. One operation is a hand-over. */
    CONTENDED,
    /**
     * All wait for one lock, then each gives it up as soon as it has got it, until nobody waits;
     * only that is measured. One operation is a hand-over.
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
   * Reads {@code contended:64/64}: kind, clients, connections.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static LockWork parse(String text) {
    var form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException("not of the form work:clients/connections: " + text);
    }
    return new LockWork(
        Kind.valueOf(form.group(1).toUpperCase(Locale.ROOT)),
        Integer.parseInt(form.group(2)),
        Integer.parseInt(form.group(3)));
  }

  /** The lock of the contender of this ordinal. */
  String lock(int ordinal) {
    return kind == Kind.UNCONTENDED ? "own-" + ordinal : "shared";
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + ":" + clients + "/" + connections;
  }
}
