package io.metastore.server.config;

/**
 * A value that a flag was given, wherever that was.
 *
 * @param text as it was given
 * @param value as the flag's type reads it
 */
record Setting(Flag flag, String text, Object value) {

  /**
   * @throws IllegalArgumentException with etcd's words for what is wrong with {@code text}
   */
  static Setting parse(Flag flag, String text) {
    return new Setting(flag, text, flag.type().parse(text));
  }

  /** Whether it asks for anything that would not be so without it. */
  boolean isDefault() {
    return value.equals(flag.defaultValue());
  }
}
