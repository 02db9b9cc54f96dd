package io.metastore.server.config;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import io.metastore.adapter.etcd.port.EtcdVersion;
import io.metastore.server.config.LogConfig.Format;
import io.metastore.server.config.LogConfig.Rotation;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the flags of the log, with etcd's checks and messages.
 *
 * <p>Source: etcd's {@code embed/config_logging.go}. The keys of the rotation are those of the Go
 * library lumberjack.
 */
final class LogFlags {
  private static final String DEFAULT_OUTPUT = "default";
  private static final String JOURNAL = "systemd/journal";
  private static final int MEGABYTES_DEFAULT = 100;

  private final Values values;

  private LogFlags(Values values) {
    this.values = values;
  }

  /**
   * @throws ConfigError for the first error
   */
  static LogConfig read(Values values) throws ConfigError {
    LogFlags flags = new LogFlags(values);
    flags.checkLogger();
    List<String> outputs = flags.outputs();
    Rotation rotation = values.isOn(EtcdFlags.ENABLE_LOG_ROTATION) ? flags.rotation(outputs) : null;
    return new LogConfig(flags.level(), flags.format(), outputs, rotation);
  }

  /** Whether the imitated version of etcd has the flag {@code --debug}. */
  static boolean hasDebugFlag(Values values) {
    return values.value(EtcdFlags.COMPAT_VERSION, EtcdVersion.class).minorNumber() == 4;
  }

  private LogLevel level() {
    return values.isOn(EtcdFlags.DEBUG) && hasDebugFlag(values)
        ? LogLevel.DEBUG
        : values.value(EtcdFlags.LOG_LEVEL, LogLevel.class);
  }

  private void checkLogger() throws ConfigError {
    String logger = values.text(EtcdFlags.LOGGER);
    if (logger.equals("capnslog")) {
      throw ConfigError.notVerified("--logger=capnslog is removed in v3.5");
    }
    if (!logger.equals("zap")) {
      throw ConfigError.notVerified("unknown logger option \"" + logger + '"');
    }
  }

  private List<String> outputs() throws ConfigError {
    List<String> outputs = values.names(EtcdFlags.LOG_OUTPUTS);
    if (outputs.size() > 1 && outputs.contains(DEFAULT_OUTPUT)) {
      throw ConfigError.notVerified("multi logoutput for \"default\" is not supported yet");
    }
    if (outputs.contains(JOURNAL)) {
      throw ConfigError.notVerified(
          "--log-outputs=systemd/journal is not supported: under systemd, the journal receives standard error");
    }
    return outputs.isEmpty() || outputs.contains(DEFAULT_OUTPUT)
        ? List.of(LogConfig.STDERR)
        : outputs;
  }

  private Format format() throws ConfigError {
    String format = values.text(EtcdFlags.LOG_FORMAT);
    return switch (format) {
      case "json", "" -> Format.JSON;
      case "console" -> Format.CONSOLE;
      default ->
          throw ConfigError.notVerified(
              "unknown log format: %s, supported values json, console".formatted(format));
    };
  }

  private Rotation rotation(List<String> outputs) throws ConfigError {
    long files =
        outputs.stream()
            .filter(output -> !List.of(LogConfig.STDERR, LogConfig.STDOUT).contains(output))
            .count();
    if (files > 1 || (files == 0 && outputs.size() == 1)) {
      throw ConfigError.notVerified(
          "--log-outputs requires a single file path when --log-rotate-config-json is defined");
    }
    Map<String, @Nullable JsonElement> keys = rotationKeys();
    int megabytes = number(keys, "maxsize");
    return new Rotation(
        megabytes == 0 ? MEGABYTES_DEFAULT : megabytes,
        number(keys, "maxage"),
        number(keys, "maxbackups"),
        isOn(keys, "localtime"),
        isOn(keys, "compress"));
  }

  private Map<String, @Nullable JsonElement> rotationKeys() throws ConfigError {
    Gson gson = new GsonBuilder().setStrictness(Strictness.STRICT).create();
    JsonElement read;
    try {
      read = gson.fromJson(values.text(EtcdFlags.LOG_ROTATION_CONFIG_JSON), JsonElement.class);
    } catch (JsonParseException e) {
      throw ConfigError.notVerified("improperly formatted log rotation config: " + e.getMessage());
    }
    if (read == null || !read.isJsonObject()) {
      throw ConfigError.notVerified("invalid log rotation config: it is no JSON object");
    }
    return read.getAsJsonObject().asMap();
  }

  private static int number(Map<String, @Nullable JsonElement> keys, String key)
      throws ConfigError {
    JsonElement value = keys.get(key);
    if (value == null) {
      return 0;
    }
    try {
      return Math.max(0, Integer.parseInt(value.toString()));
    } catch (NumberFormatException e) {
      throw ConfigError.notVerified(
          "invalid log rotation config: %s is no whole number: %s".formatted(key, value));
    }
  }

  private static boolean isOn(Map<String, @Nullable JsonElement> keys, String key)
      throws ConfigError {
    JsonElement value = keys.get(key);
    if (value == null) {
      return false;
    }
    if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
      throw ConfigError.notVerified(
          "invalid log rotation config: %s is neither true nor false: %s".formatted(key, value));
    }
    return value.getAsBoolean();
  }
}
