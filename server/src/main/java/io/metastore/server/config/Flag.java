package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One command-line flag: a row of {@link EtcdFlags}.
 *
 * @param name without dashes
 * @param type how its text is read
 * @param defaultText its value when nothing sets it, as text
 * @param help for the usage text and docs/configuration.md
 * @param effect what a value other than the default does
 * @param reason why it has no effect or is refused, as one sentence; empty if it has its effect
 * @param olderNames names that older versions of etcd have for it
 * @param yamlKey its key in the configuration file, with a dot between a block and its key; null if
 *     the file has none
 */
record Flag(
    String name,
    FlagType type,
    String defaultText,
    String help,
    Effect effect,
    String reason,
    List<String> olderNames,
    @Nullable String yamlKey) {

  /** What a value other than the default does. */
  enum Effect {
    /** What the help says. */
    WORKS,
    /** Nothing; a warning with the reason is logged. */
    IGNORED,
    /** Keeps the server from starting, because to ignore it would be unsafe. */
    REFUSED
  }

  Flag {
    requireNonNull(name, "name");
    requireNonNull(type, "type");
    requireNonNull(defaultText, "defaultText");
    requireNonNull(help, "help");
    requireNonNull(effect, "effect");
    requireNonNull(reason, "reason");
    olderNames = List.copyOf(olderNames);
  }

  /** A flag that works. */
  static Flag flag(String name, FlagType type, String defaultText, String help) {
    return new Flag(name, type, defaultText, help, Effect.WORKS, "", List.of(), name);
  }

  /** This flag, without effect. */
  Flag ignored(String why) {
    return new Flag(name, type, defaultText, help, Effect.IGNORED, why, olderNames, yamlKey);
  }

  /** This flag, refused unless it has its default value. */
  Flag refused(String why) {
    return new Flag(name, type, defaultText, help, Effect.REFUSED, why, olderNames, yamlKey);
  }

  /** This flag, under an older name too. */
  Flag formerly(String olderName) {
    List<String> names = new ArrayList<>(olderNames);
    names.add(olderName);
    return new Flag(name, type, defaultText, help, effect, reason, names, yamlKey);
  }

  /** This flag, with another key in the configuration file; null for none. */
  Flag yaml(@Nullable String key) {
    return new Flag(name, type, defaultText, help, effect, reason, olderNames, key);
  }

  /** The current name first. */
  List<String> names() {
    return Stream.concat(Stream.of(name), olderNames.stream()).toList();
  }

  Object defaultValue() {
    return type.parse(defaultText);
  }

  /** {@code data-dir} is {@code ETCD_DATA_DIR} in the environment. */
  static String environmentName(String name) {
    return Environment.PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
