package io.metastore.server.config;

/** How much is logged; the names that etcd's {@code --log-level} takes. */
public enum LogLevel {
  DEBUG,
  INFO,
  WARN,
  ERROR;

  /** {@code panic} and {@code fatal} leave only what ends the process, which is an error here. */
  static LogLevel parse(String text) {
    return switch (text) {
      case "debug", "DEBUG" -> DEBUG;
      case "info", "INFO", "" -> INFO;
      case "warn", "WARN" -> WARN;
      case "error", "ERROR", "dpanic", "panic", "fatal" -> ERROR;
      default -> throw new IllegalArgumentException("unrecognized level: \"" + text + '"');
    };
  }
}
