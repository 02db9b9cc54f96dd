package io.metastore.server.config;

import io.metastore.adapter.etcd.port.ServerMetrics;
import io.metastore.server.config.FeatureGate.Stage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The value of {@code --feature-gates}; invalid values are reported with etcd's messages.
 *
 * @param settings all gates that were set, by etcd's names, possibly including {@code AllAlpha} and
 *     {@code AllBeta}
 */
public record FeatureGates(Map<String, Boolean> settings) {
  private static final Map<String, Stage> GROUPS =
      Map.of("AllAlpha", Stage.ALPHA, "AllBeta", Stage.BETA);

  public FeatureGates {
    settings = Map.copyOf(settings);
  }

  /**
   * @param text {@code Gate=true,OtherGate=false}
   * @throws IllegalArgumentException with etcd's message, if the text is invalid
   */
  static FeatureGates parse(String text) {
    Map<String, Boolean> given = new LinkedHashMap<>();
    for (String pair : text.split(",", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = (equals < 0 ? pair : pair.substring(0, equals)).strip();
      if (equals < 0) {
        throw new IllegalArgumentException("missing bool value for " + name);
      }
      String value = pair.substring(equals + 1).strip();
      try {
        given.put(name, (Boolean) FlagType.SWITCH.parse(value));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "invalid value of %s=%s, err: strconv.ParseBool: parsing \"%s\": invalid syntax"
                .formatted(name, value, value),
            e);
      }
    }
    Map<String, Boolean> settings = new LinkedHashMap<>();
    given.forEach(
        (name, on) -> {
          if (!GROUPS.containsKey(name) && FeatureGate.find(name) == null) {
            throw new IllegalArgumentException("unrecognized feature gate: " + name);
          }
          settings.put(name, on);
        });
    GROUPS.forEach(
        (group, stage) -> {
          Boolean on = given.get(group);
          if (on != null) {
            for (FeatureGate gate : FeatureGate.values()) {
              if (gate.stage() == stage) {
                settings.putIfAbsent(gate.etcdName(), on);
              }
            }
          }
        });
    return new FeatureGates(settings);
  }

  /** The same settings with {@code gate} added, unless it is already set. */
  FeatureGates with(FeatureGate gate, boolean on) {
    Map<String, Boolean> all = new LinkedHashMap<>(settings);
    all.putIfAbsent(gate.etcdName(), on);
    return new FeatureGates(all);
  }

  boolean isOn(FeatureGate gate) {
    return settings.getOrDefault(gate.etcdName(), gate.onByDefault());
  }

  /** All gates and groups of gates, for the metrics. A group is on if it was set. */
  List<ServerMetrics.Feature> features() {
    List<ServerMetrics.Feature> features = new ArrayList<>();
    GROUPS.forEach(
        (group, stage) ->
            features.add(
                new ServerMetrics.Feature(
                    group, stage.name(), settings.getOrDefault(group, false))));
    for (FeatureGate gate : FeatureGate.values()) {
      features.add(new ServerMetrics.Feature(gate.etcdName(), gate.stage().name(), isOn(gate)));
    }
    return features;
  }

  /** The gates that were set, sorted, in the format that etcd prints. */
  @Override
  public String toString() {
    return new TreeMap<>(settings)
        .entrySet().stream()
            .map(setting -> setting.getKey() + "=" + setting.getValue())
            .collect(Collectors.joining(","));
  }
}
