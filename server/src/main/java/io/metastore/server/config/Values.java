package io.metastore.server.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The value of each flag: the one that was set, or the default. Names are those of {@link
 * EtcdFlags}.
 */
final class Values {
  private final Map<String, Setting> settings;

  /** Later maps take precedence over earlier ones. */
  @SafeVarargs
  Values(Map<String, Setting>... settings) {
    this.settings = new LinkedHashMap<>();
    for (Map<String, Setting> each : settings) {
      this.settings.putAll(each);
    }
  }

  List<Setting> settings() {
    return List.copyOf(settings.values());
  }

  boolean isSet(String flag) {
    return settings.containsKey(flag);
  }

  /** The value as text, for any type of flag. */
  String text(String flag) {
    @Nullable Setting setting = settings.get(flag);
    return setting == null ? EtcdFlags.get(flag).defaultText() : setting.text();
  }

  boolean isOn(String flag) {
    return value(flag, Boolean.class);
  }

  long number(String flag) {
    return value(flag, Long.class);
  }

  Duration duration(String flag) {
    return value(flag, Duration.class);
  }

  @SuppressWarnings("unchecked") // the type that FlagType.URLS produces
  List<EtcdUrl> urls(String flag) {
    return (List<EtcdUrl>) value(flag, List.class);
  }

  @SuppressWarnings("unchecked") // the type that FlagType.NAMES, WORDS and ORIGINS produce
  List<String> names(String flag) {
    return (List<String>) value(flag, List.class);
  }

  /** The value of a flag whose type has its own class. */
  <T> T value(String name, Class<T> type) {
    @Nullable Setting setting = settings.get(name);
    return type.cast(setting == null ? EtcdFlags.get(name).defaultValue() : setting.value());
  }

  /** The gates of {@code --feature-gates}; for other gates, the values of older flags. */
  FeatureGates featureGates() {
    FeatureGates gates = value(EtcdFlags.FEATURE_GATES, FeatureGates.class);
    for (FeatureGate gate : FeatureGate.values()) {
      String olderFlag = gate.olderFlag();
      if (olderFlag != null && isSet(olderFlag)) {
        gates = gates.with(gate, isOn(olderFlag));
      }
    }
    return gates;
  }

  /**
   * @throws ConfigError if the number is greater than {@code max}
   */
  int bounded(String flag, int max) throws ConfigError {
    long number = number(flag);
    if (number > max) {
      throw ConfigError.notVerified("--%s[%s] is too large".formatted(flag, number));
    }
    return (int) number;
  }
}
