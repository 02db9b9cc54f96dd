package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A command-line flag: a row of {@link EtcdFlags}.
 *
 * @param name without dashes
 * @param type how its text is parsed
 * @param defaultText the default, as text
 * @param help description in the usage text and in docs/configuration.md
 * @param effect what a value other than the default does
 * @param reason why the flag has no effect or is refused, as one sentence; empty if it works
 * @param olderNames names of the flag in older etcd versions
 * @param yamlKey key in the configuration file, with a dot between block and key; null if the file
 *     cannot set it
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
    /** What the help text says. */
    WORKS,
    /** No effect; a warning with the reason is logged. */
    IGNORED
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

  /** Makes a flag that works. */
  static Flag flag(String name, FlagType type, String defaultText, String help) {
    return new Flag(name, type, defaultText, help, Effect.WORKS, "", List.of(), name);
  }

  /** The same flag, marked as having no effect. */
  Flag ignored(String why) {
    return new Flag(name, type, defaultText, help, Effect.IGNORED, why, olderNames, yamlKey);
  }

  /** The same flag with an additional older name. */
  Flag formerly(String olderName) {
    List<String> names = new ArrayList<>(olderNames);
    names.add(olderName);
    return new Flag(name, type, defaultText, help, effect, reason, names, yamlKey);
  }

  /** The same flag with another key in the configuration file; null for none. */
  Flag yaml(@Nullable String key) {
    return new Flag(name, type, defaultText, help, effect, reason, olderNames, key);
  }

  /** All names, the current one first. */
  List<String> names() {
    return Stream.concat(Stream.of(name), olderNames.stream()).toList();
  }

  Object defaultValue() {
    return type.parse(defaultText);
  }

  /** The environment variable of a flag: {@code data-dir} is {@code ETCD_DATA_DIR}. */
  static String environmentName(String name) {
    return Environment.PREFIX + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
