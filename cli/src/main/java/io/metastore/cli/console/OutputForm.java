package io.metastore.cli.console;

/** The form of answers on standard output, and of failures on standard error. */
public enum OutputForm {
  /** For people and simple scripts. */
  TEXT,
  /** One JSON object per line. */
  JSON
}
