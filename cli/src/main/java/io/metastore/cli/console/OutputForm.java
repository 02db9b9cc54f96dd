package io.metastore.cli.console;

/** The format of results on standard output and of failures on standard error. */
public enum OutputForm {
  /** Plain text, for people and simple scripts. */
  TEXT,
  /** One JSON object per line. */
  JSON
}
