package io.metastore.server.config;

import java.io.Serial;

/** A configuration that the server cannot run with. It is logged, and the exit code is 1. */
public final class ConfigError extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final String factName;
  private final String fact;

  private ConfigError(String message, String factName, String fact) {
    super(message);
    this.factName = factName;
    this.fact = fact;
  }

  /** The values of the flags are invalid or contradict each other. */
  public static ConfigError notVerified(String error) {
    return new ConfigError("failed to verify flags", "error", error);
  }

  /** The configured cluster is invalid or does not contain this member. */
  public static ConfigError discovery(String error) {
    return new ConfigError("discovery failed", "error", error);
  }

  /** The configuration file of ZooKeeper is invalid. */
  static ConfigError zookeeper(String error) {
    return new ConfigError("Invalid config, exiting abnormally", "error", error);
  }

  static ConfigError conflict(String environmentName) {
    return new ConfigError(
        "conflicting environment variable is shadowed by corresponding command-line flag (either"
            + " unset environment variable or disable flag))",
        "environment-variable",
        environmentName);
  }

  /** The key of {@link #fact} in the log line; the line's text is the message. */
  public String factName() {
    return factName;
  }

  public String fact() {
    return fact;
  }
}
