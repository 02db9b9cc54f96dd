package io.metastore.server.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The flags that the environment sets.
 *
 * @param values by the flag's name
 * @param used the variables that set them, with their values, in the flags' order
 * @param unknown variables that look like flags and are none, as {@code NAME=value}
 */
record Environment(Map<String, Setting> values, Map<String, String> used, List<String> unknown) {
  static final String PREFIX = "ETCD_";

  /** Ours by name and etcd's by habit: told apart from a misspelt flag. */
  private static final List<String> NOT_FLAGS = List.of("ETCD_UNSUPPORTED_ARCH");

  /** Set nothing: what would print the version and exit on every start is no use as a variable. */
  private static final List<String> NOT_TAKEN = List.of("ETCD_VERSION");

  /** Nothing from the environment. */
  static Environment none() {
    return new Environment(Map.of(), Map.of(), List.of());
  }

  /**
   * @throws ConfigError if a flag is set here and on the command line, or has no readable value
   */
  static Environment read(Map<String, String> variables, CommandLine commandLine)
      throws ConfigError {
    Map<String, String> left = new TreeMap<>(variables);
    NOT_FLAGS.forEach(left::remove);
    Map<String, Setting> values = new LinkedHashMap<>();
    Map<String, String> used = new LinkedHashMap<>();
    for (Flag flag : EtcdFlags.ALL) {
      for (String flagName : flag.names()) {
        String name = Flag.environmentName(flagName);
        String text = NOT_TAKEN.contains(name) ? null : left.remove(name);
        if (text == null || text.isEmpty()) {
          continue;
        }
        if (commandLine.values().containsKey(flag.name())) {
          throw ConfigError.conflict(name);
        }
        try {
          values.put(flag.name(), Setting.parse(flag, text));
          used.put(name, text);
        } catch (IllegalArgumentException e) {
          throw ConfigError.notVerified(
              "invalid value \"%s\" for %s: %s".formatted(text, name, e.getMessage()));
        }
      }
    }
    List<String> unknown =
        left.entrySet().stream()
            .filter(variable -> variable.getKey().startsWith(PREFIX))
            .map(variable -> variable.getKey() + "=" + variable.getValue())
            .toList();
    return new Environment(values, used, unknown);
  }
}
