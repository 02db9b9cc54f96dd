package io.metastore.server.config;

import java.io.Serial;

/** The command line cannot be parsed, or asks for help. */
public final class UsageError extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final boolean help;

  UsageError(String message) {
    this(message, false);
  }

  private UsageError(String message, boolean help) {
    super(message);
    this.help = help;
  }

  static UsageError ofZookeeper() {
    return new UsageError("Usage: zkServer.sh zoo.cfg | port datadir [ticktime] [maxcnxns]");
  }

  static UsageError help() {
    return new UsageError("help requested", true);
  }

  /**
   * Whether help was asked for, which is not an error. Otherwise the message and the first part of
   * the usage text are printed, and the exit code is 2.
   */
  public boolean asksForHelp() {
    return help;
  }
}
