package io.metastore.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A parsed command line, by the rules of Go's {@code flag} package: one dash or two; the value
 * after {@code =} or as the next word, optional for a switch; parsing stops at the first word that
 * is not a flag.
 *
 * @param values the flags that were given, by name; the last occurrence counts
 * @param rest the first word that is not a flag, and everything after it
 */
record CommandLine(Map<String, Setting> values, List<String> rest) {

  static CommandLine parse(List<String> words) throws UsageError {
    Map<String, Setting> values = new LinkedHashMap<>();
    List<String> rest = new ArrayList<>(words);
    while (!rest.isEmpty() && isFlag(rest.get(0))) {
      String word = rest.remove(0);
      if (word.equals("--")) {
        break;
      }
      Setting setting = setting(word, rest);
      values.put(setting.flag().name(), setting);
    }
    return new CommandLine(values, rest);
  }

  private static boolean isFlag(String word) {
    return word.length() > 1 && word.startsWith("-");
  }

  private static Setting setting(String word, List<String> following) throws UsageError {
    String assignment = word.substring(word.startsWith("--") ? 2 : 1);
    int equals = assignment.indexOf('=');
    if (assignment.startsWith("-") || equals == 0) {
      throw new UsageError("bad flag syntax: " + word);
    }
    String name = equals < 0 ? assignment : assignment.substring(0, equals);
    Flag flag = EtcdFlags.find(name);
    if (flag == null) {
      throw name.equals("h") || name.equals("help")
          ? UsageError.help()
          : new UsageError("flag provided but not defined: -" + name);
    }
    String text;
    if (equals >= 0) {
      text = assignment.substring(equals + 1);
    } else if (flag.type().isSwitch()) {
      text = "true";
    } else if (following.isEmpty()) {
      throw new UsageError("flag needs an argument: -" + name);
    } else {
      text = following.remove(0);
    }
    try {
      return Setting.parse(flag, text);
    } catch (IllegalArgumentException e) {
      String what =
          flag.type().isSwitch()
              ? "invalid boolean value \"%s\" for -%s: %s"
              : "invalid value \"%s\" for flag -%s: %s";
      throw new UsageError(what.formatted(text, name, e.getMessage()));
    }
  }
}
