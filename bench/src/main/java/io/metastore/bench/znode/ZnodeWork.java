package io.metastore.bench.znode;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One line of work in a comparison.
 *
 * @param kind what each operation does
 * @param clients the number of operations in flight
 * @param sessions the number of sessions that they share, each with its own connection
 */
public record ZnodeWork(Kind kind, int clients, int sessions) {
  private static final Pattern FORM = Pattern.compile("([a-z-]+):([0-9]{1,6})/([0-9]{1,6})");

  /** What an operation does. */
  public enum Kind {
    /** Sets the data of a random node. */
    SET_DATA,
    /** Creates a node. */
    CREATE,
    /** Reads the data of a random node. */
    GET_DATA,
    /** Connects a new session, creates an ephemeral node, and closes the session. */
    SESSION;

    /** The name on the command line: {@code set-data}. */
    String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Kind of(String label) {
      return Arrays.stream(values())
          .filter(kind -> kind.label().equals(label))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "unknown work '%s', expected one of: %s"
                          .formatted(
                              label,
                              Arrays.stream(values())
                                  .map(Kind::label)
                                  .collect(Collectors.joining(", ")))));
    }
  }

  /** Checks the numbers. */
  public ZnodeWork {
    requireNonNull(kind, "kind");
    if (clients < 1 || sessions < 1 || sessions > clients) {
      throw new IllegalArgumentException("clients / sessions: " + clients + "/" + sessions);
    }
  }

  /**
   * Parses {@code set-data:1000/100}: kind, clients, sessions.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static ZnodeWork parse(String text) {
    var form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException("expected work:clients/sessions, not: " + text);
    }
    return new ZnodeWork(
        Kind.of(form.group(1)), Integer.parseInt(form.group(2)), Integer.parseInt(form.group(3)));
  }

  @Override
  public String toString() {
    return kind.label() + ":" + clients + "/" + sessions;
  }
}
