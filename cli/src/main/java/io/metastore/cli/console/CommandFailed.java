package io.metastore.cli.console;

/** A command failed for a reason other than an exception of the client library. */
public final class CommandFailed extends Exception {
  private static final long serialVersionUID = 1;

  private final ExitCode exitCode;

  /** The message is shown to the user: what failed, why, and what to do. */
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
