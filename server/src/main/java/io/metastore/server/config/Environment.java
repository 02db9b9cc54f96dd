package io.metastore.server.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The flags set by environment variables.
 *
 * @param values the flags, by name
 * @param used the variables that set them, with their values, in the order of the flags
 * @param unknown variables with the prefix of flags that are not flags, as {@code NAME=value}
 */
record Environment(Map<String, Setting> values, Map<String, String> used, List<String> unknown) {
  static final String PREFIX = "ETCD_";

  /** Variables of etcd that have the prefix but are not flags. */
  private static final List<String> NOT_FLAGS = List.of("ETCD_UNSUPPORTED_ARCH");

  /** Ignored: a variable that makes every start print the version and exit is of no use. */
  private static final List<String> NOT_TAKEN = List.of("ETCD_VERSION");

  /** An empty environment. */
  static Environment none() {
    return new Environment(Map.of(), Map.of(), List.of());
  }

  /**
   * @throws ConfigError if a flag is also set on the command line, or has an invalid value
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
