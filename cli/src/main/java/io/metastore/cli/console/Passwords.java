package io.metastore.cli.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Reads passwords from files and from the terminal. Passwords are never taken from the command
 * line, which other users of the machine can see.
 */
public final class Passwords {
  private Passwords() {}

  /** Reads the first line of a file. */
  public static String read(Path file) throws CommandFailed {
    try (Stream<String> lines = Files.lines(file, UTF_8)) {
      return lines.findFirst().orElse("");
    } catch (IOException | UncheckedIOException e) {
      throw new CommandFailed(
          ExitCode.USAGE, "cannot read the password from " + file + ": " + e.getMessage());
    }
  }

  /** Prompts for a user's password. */
  public static String ask(String user) throws CommandFailed {
    return prompt("Password of " + user + ": ");
  }

  /** Prompts twice for a new password, because a typing error would not be visible. */
  public static String askNew(String user) throws CommandFailed {
    String password = prompt("New password of " + user + ": ");
    if (!password.equals(prompt("Again: "))) {
      throw new CommandFailed(ExitCode.USAGE, "the two passwords differ");
    }
    return password;
  }

  @SuppressWarnings(
      "SystemConsoleNull") // newer Java versions read standard input if there is no terminal
  private static String prompt(String text) throws CommandFailed {
    Console terminal = System.console();
    char[] typed = terminal == null ? null : terminal.readPassword("%s", text);
    if (typed == null) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "no terminal to prompt for the password: use --password-file or METASTORE_PASSWORD");
    }
    return new String(typed);
  }
}
