package io.metastore.bench.server;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.regex.Pattern;

/**
 * How to start one kind of server that takes etcd's flags.
 *
 * @param name what reports call it
 * @param command program and its first arguments; the flags of a cluster are put behind them
 */
public record ServerCommand(String name, List<String> command) {
  private static final Pattern FORM = Pattern.compile("([^=\\s]+)=(\\S.*)");

  /** Copies the command. */
  public ServerCommand {
    requireNonNull(name, "name");
    command = List.copyOf(command);
  }

  /**
   * Reads {@code name=program argument ...}.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static ServerCommand parse(String text) {
    var form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw new IllegalArgumentException("not of the form name=program: " + text);
    }
    return new ServerCommand(form.group(1), List.of(form.group(2).split("\\s+", -1)));
  }
}
