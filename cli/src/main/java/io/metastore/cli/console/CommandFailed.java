package io.metastore.cli.console;

/** A command cannot be done, for a reason that the client library does not know. */
public final class CommandFailed extends Exception {
  private static final long serialVersionUID = 1;

  private final ExitCode exitCode;

  /** The message is shown to people: what, why, what to do. */
  public CommandFailed(ExitCode exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  ExitCode exitCode() {
    return exitCode;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
