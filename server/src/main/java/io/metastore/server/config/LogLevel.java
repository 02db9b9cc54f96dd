package io.metastore.server.config;

/** The log levels that etcd's {@code --log-level} accepts. */
public enum LogLevel {
  DEBUG,
  INFO,
  WARN,
  ERROR;

  /** {@code panic} and {@code fatal} log only what ends the process, which is an error here. */
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
