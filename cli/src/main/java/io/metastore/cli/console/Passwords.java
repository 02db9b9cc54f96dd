package io.metastore.cli.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Where passwords come from: files and the terminal, never the command line, which others see. */
public final class Passwords {
  private Passwords() {}

  /** The first line of a file. */
  public static String read(Path file) throws CommandFailed {
    try (Stream<String> lines = Files.lines(file, UTF_8)) {
      return lines.findFirst().orElse("");
    } catch (IOException | UncheckedIOException e) {
      throw new CommandFailed(
          ExitCode.USAGE, "cannot read the password from " + file + ": " + e.getMessage());
    }
  }

  /** Asks for a user's password. */
  public static String ask(String user) throws CommandFailed {
    return prompt("Password of " + user + ": ");
  }

  /** Asks twice, for what cannot be seen is mistyped easily. */
  public static String askNew(String user) throws CommandFailed {
    String password = prompt("New password of " + user + ": ");
    if (!password.equals(prompt("Again: "))) {
      throw new CommandFailed(ExitCode.USAGE, "the two passwords differ");
    }
    return password;
  }

  @SuppressWarnings(
      "SystemConsoleNull") // newer Java reads standard input where there is no terminal
  private static String prompt(String text) throws CommandFailed {
    Console terminal = System.console();
    char[] typed = terminal == null ? null : terminal.readPassword("%s", text);
    if (typed == null) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "no terminal to ask for the password: give a file (see --help) or METASTORE_PASSWORD");
    }
    return new String(typed);
  }
}
