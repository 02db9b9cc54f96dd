package io.metastore.server.config;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * The flags set by a YAML file, by etcd's rules: a key is the name of a flag, or is in a block,
 * such as {@code cert-file} in {@code client-transport-security}; a duration is a whole number of
 * nanoseconds; names are given as a list; unknown keys are ignored.
 *
 * @param values the flags, by name
 * @param unknown keys that set no flag, with a dot between block and key
 */
record ConfigFile(Map<String, Setting> values, List<String> unknown) {
  private static final Map<String, Flag> BY_KEY = new HashMap<>();

  static {
    EtcdFlags.ALL.forEach(ConfigFile::addKeys);
    EtcdFlags.FILE_ONLY.forEach(ConfigFile::addKeys);
  }

  private static void addKeys(Flag flag) {
    String key = flag.yamlKey();
    if (key != null) {
      BY_KEY.put(key, flag);
      flag.olderNames().forEach(name -> BY_KEY.put(name, flag));
    }
  }

  /**
   * @throws ConfigError if the file cannot be read, or a value does not have its flag's type
   */
  static ConfigFile read(Path file) throws ConfigError {
    Object document;
    try {
      String text = Files.readString(file);
      document =
          new Load(LoadSettings.builder().setSchema(new CoreSchema()).build()).loadFromString(text);
    } catch (NoSuchFileException e) {
      throw ConfigError.notVerified("open " + file + ": no such file or directory");
    } catch (IOException e) {
      throw ConfigError.notVerified("read " + file + ": " + e.getMessage());
    } catch (YamlEngineException e) {
      throw ConfigError.notVerified("error converting YAML to JSON: yaml: " + e.getMessage());
    }
    ConfigFile read = new ConfigFile(new LinkedHashMap<>(), new ArrayList<>());
    if (document instanceof Map<?, ?> map) {
      read.take("", map);
    } else if (document != null) {
      throw cannotUnmarshal(jsonType(document), "value of type embed.configYAML");
    }
    return read;
  }

  private void take(String block, Map<?, ?> map) throws ConfigError {
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String key = block + String.valueOf(entry.getKey()).toLowerCase(Locale.ROOT);
      Object value = entry.getValue();
      Flag flag = BY_KEY.get(key);
      if (flag == null) {
        takeBlock(key, value);
      } else if (value != null && !value.equals("")) {
        values.put(flag.name(), setting(flag, key, value));
      }
    }
  }

  private void takeBlock(String key, @Nullable Object value) throws ConfigError {
    boolean block = BY_KEY.keySet().stream().anyMatch(known -> known.startsWith(key + "."));
    if (block && value instanceof Map<?, ?> map) {
      take(key + ".", map);
    } else if (block && value != null) {
      throw cannotUnmarshal(jsonType(value), "struct field configYAML." + key + " of type block");
    } else {
      unknown.add(key);
    }
  }

  private static Setting setting(Flag flag, String key, Object value) throws ConfigError {
    @Nullable String text = textOf(flag.type(), value);
    if (text == null) {
      throw mismatch(flag, key, value);
    }
    try {
      return Setting.parse(flag, text);
    } catch (IllegalArgumentException e) {
      throw switch (flag.type()) {
        case URLS ->
            ConfigError.notVerified(
                "unexpected error setting up %s: %s".formatted(key, e.getMessage()));
        case COUNT, UINT32 -> mismatch(flag, key, value);
        case CLUSTER_STATE ->
            ConfigError.notVerified("unexpected clusterState \"%s\"".formatted(text));
        case FEATURE_GATES -> ConfigError.notVerified(String.valueOf(e.getMessage()));
        default ->
            ConfigError.notVerified(
                "invalid value \"%s\" for %s: %s".formatted(text, key, e.getMessage()));
      };
    }
  }

  /** The value as it would be written on the command line; null if it has another type. */
  private static @Nullable String textOf(FlagType type, Object value) {
    return switch (type) {
      case DURATION -> isInteger(value) ? value + "ns" : null;
      case COUNT, NUMBER, UINT32 -> isInteger(value) ? value.toString() : null;
      case SWITCH -> value instanceof Boolean ? value.toString() : null;
      case WORDS, NAMES ->
          value instanceof List<?> list
              ? list.stream().map(Objects::toString).collect(Collectors.joining(","))
              : string(value);
      default -> string(value);
    };
  }

  private static @Nullable String string(Object value) {
    return value instanceof String text ? text : null;
  }

  private static boolean isInteger(Object value) {
    return value instanceof Integer || value instanceof Long || value instanceof BigInteger;
  }

  private static ConfigError mismatch(Flag flag, String key, Object value) {
    boolean numeric =
        switch (flag.type()) {
          case COUNT, NUMBER, UINT32, DURATION -> true;
          default -> false;
        };
    String given = jsonType(value) + (numeric && value instanceof Number ? " " + value : "");
    // The names of the two Go structs that etcd decodes its file into.
    String struct =
        switch (flag.type()) {
          case URLS, ORIGINS, FEATURE_GATES -> "configJSON";
          default -> "Config";
        };
    return cannotUnmarshal(
        given,
        "struct field configYAML.%s.%s of type %s".formatted(struct, key, flag.type().goType()));
  }

  private static ConfigError cannotUnmarshal(String given, String wanted) {
    return ConfigError.notVerified(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal %s into Go %s"
            .formatted(given, wanted));
  }

  private static String jsonType(Object value) {
    if (value instanceof Map) {
      return "object";
    }
    if (value instanceof List) {
      return "array";
    }
    if (value instanceof Boolean) {
      return "bool";
    }
    return value instanceof Number ? "number" : "string";
  }
}
