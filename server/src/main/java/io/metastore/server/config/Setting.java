package io.metastore.server.config;

/**
 * The value that a flag was given, from any source.
 *
 * @param text as given
 * @param value parsed by the flag's type
 */
record Setting(Flag flag, String text, Object value) {

  /**
   * @throws IllegalArgumentException with etcd's message, if {@code text} is invalid
   */
  static Setting parse(Flag flag, String text) {
    return new Setting(flag, text, flag.type().parse(text));
  }

  /** Whether the value has the same effect as the default. */
  boolean isDefault() {
    return value.equals(flag.defaultValue());
  }
}
