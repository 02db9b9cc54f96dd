package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

/**
 * One command-line flag.
 *
 * @param name without dashes
 * @param type how its text is read
 * @param defaultText its value when neither command line nor environment has it, as text
 * @param help for the usage text
 */
record Flag(String name, FlagType type, String defaultText, String help) {

  Flag {
    requireNonNull(name, "name");
    requireNonNull(type, "type");
    requireNonNull(defaultText, "defaultText");
    requireNonNull(help, "help");
  }

  /** {@code data-dir} is {@code ETCD_DATA_DIR} in the environment. */
  String environmentName() {
    return Environment.PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /** Accepted for the sake of scripts and without effect here. */
  boolean isIgnored() {
    return type == FlagType.IGNORED || type == FlagType.IGNORED_SWITCH;
  }
}
