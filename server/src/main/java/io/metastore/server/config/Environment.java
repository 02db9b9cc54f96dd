package io.metastore.server.config;

import io.metastore.server.config.CommandLine.Setting;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The flags that the environment sets.
 *
 * @param values by the flag's name
 * @param unknown variables that look like flags and are none, as {@code NAME=value}
 */
record Environment(Map<String, Setting> values, List<String> unknown) {
  static final String PREFIX = "ETCD_";

  /** Ours by name and etcd's by habit: told apart from a misspelt flag. */
  private static final List<String> NOT_FLAGS = List.of("ETCD_UNSUPPORTED_ARCH");

  /**
   * @throws ConfigError if a flag is set here and on the command line, or has no readable value
   */
  static Environment read(Map<String, String> variables, CommandLine commandLine)
      throws ConfigError {
    Map<String, String> left = new TreeMap<>(variables);
    NOT_FLAGS.forEach(left::remove);
    Map<String, Setting> values = new LinkedHashMap<>();
    for (Flag flag : EtcdFlags.ALL) {
      String name = flag.environmentName();
      String text = left.remove(name);
      if (text == null || text.isEmpty()) {
        continue;
      }
      if (commandLine.values().containsKey(flag.name())) {
        throw ConfigError.conflict(name);
      }
      try {
        values.put(flag.name(), new Setting(flag, text, flag.type().parse(text)));
      } catch (IllegalArgumentException e) {
        throw ConfigError.notVerified(
            "invalid value \"%s\" for %s: %s".formatted(text, name, e.getMessage()));
      }
    }
    List<String> unknown =
        left.entrySet().stream()
            .filter(variable -> variable.getKey().startsWith(PREFIX))
            .map(variable -> variable.getKey() + "=" + variable.getValue())
            .toList();
    return new Environment(values, unknown);
  }
}
