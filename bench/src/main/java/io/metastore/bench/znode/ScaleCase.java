package io.metastore.bench.znode;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A test with a large number of something.
 *
 * @param kind what there is much of
 * @param count the number of sessions, watches, children or nodes
 * @param nodes the number of nodes that are watched; otherwise 1
 */
public record ScaleCase(Kind kind, int count, int nodes) {
  private static final Pattern FORM = Pattern.compile("([a-z]+):([0-9]{1,9})(?:/([0-9]{1,9}))?");

  /** What there is much of. */
  public enum Kind {
    /** Sessions that only send pings. */
    IDLE,
    /** One-shot watches, which all fire. */
    WATCHES,
    /** Children of one node. */
    CHILDREN,
    /** Nodes that exist while the server is restarted. */
    RESTART
  }

  /** Checks the arguments. */
  public ScaleCase {
    requireNonNull(kind, "kind");
    if (count < 1 || nodes < 1 || count % nodes != 0) {
      throw new IllegalArgumentException("count / nodes: " + count + "/" + nodes);
    }
  }

  /**
   * Parses {@code idle:10000} or {@code watches:100000/100000}: kind, number, watched nodes.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static ScaleCase parse(String text) {
    var form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "expected case:count or watches:count/nodes, not: " + text);
    }
    return new ScaleCase(
        Kind.valueOf(form.group(1).toUpperCase(Locale.ROOT)),
        Integer.parseInt(form.group(2)),
        form.group(3) == null ? 1 : Integer.parseInt(form.group(3)));
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT)
        + ":"
        + count
        + (kind == Kind.WATCHES ? "/" + nodes : "");
  }
}
