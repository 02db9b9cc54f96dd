package io.metastore.server.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.server.config.Flag.Effect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests every flag of etcd 3.4 to 3.7 against the table: as argument, as variable and in a file.
 */
class EveryFlagTest {

  @TempDir Path directory;

  /** All flags except the configuration file's and the one that prints the version. */
  static Stream<String> names() {
    return EtcdFlags.ALL.stream()
        .flatMap(flag -> flag.names().stream())
        .filter(name -> !name.equals(EtcdFlags.CONFIG_FILE) && !name.equals(EtcdFlags.VERSION));
  }

  /** The lists of etcd's flags, one name per line, are deliberately separate from the table. */
  @Test
  void everyFlagOfEtcdIsInTheTable() throws Exception {
    try (var stream = EveryFlagTest.class.getResourceAsStream("/etcd-flags.txt")) {
      List<String> etcds =
          new String(requireNonNull(stream).readAllBytes(), UTF_8).lines().toList();
      assertThat(etcds).hasSizeGreaterThan(150);
      assertThat(etcds).allMatch(name -> EtcdFlags.find(name) != null);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void commandLineAcceptsTheFlagAsTheTableSays(String name) throws Exception {
    Flag flag = EtcdFlags.get(name);
    assertEffect(
        flag,
        Configuration.read(StartedAs.ETCD, List.of("--" + name + "=" + sample(flag)), Map.of()));
    assertThat(
            Configuration.read(
                    StartedAs.ETCD, List.of("-" + name + "=" + flag.defaultText()), Map.of())
                .ignored())
        .isEmpty();
  }

  @ParameterizedTest
  @MethodSource("names")
  void environmentAcceptsTheFlagAsTheTableSays(String name) throws Exception {
    Flag flag = EtcdFlags.get(name);
    String variable = Flag.environmentName(name);
    Configuration read =
        Configuration.read(StartedAs.ETCD, List.of(), Map.of(variable, sample(flag)));
    assertThat(read.unknownVariables()).isEmpty();
    assertThat(read.variablesUsed()).containsOnlyKeys(variable);
    assertEffect(flag, read);
    assertThatThrownBy(
            () ->
                Configuration.read(
                    StartedAs.ETCD,
                    List.of("--" + name + "=" + sample(flag)),
                    Map.of(variable, sample(flag))))
        .isInstanceOf(ConfigError.class)
        .hasMessageStartingWith("conflicting environment variable");
  }

  @ParameterizedTest
  @MethodSource("names")
  void fileAcceptsTheFlagAsTheTableSays(String name) throws Exception {
    Flag flag = EtcdFlags.get(name);
    @Nullable String key = flag.olderNames().contains(name) ? name : flag.yamlKey();
    Path file = directory.resolve("etcd.yaml");
    if (key == null) {
      Files.writeString(file, name + ": " + yaml(flag) + "\n");
      assertThat(fromFile(file).unknownKeys()).containsExactly(name);
      return;
    }
    List<String> blocks = new ArrayList<>(List.of(key.split("\\.")));
    String last = blocks.remove(blocks.size() - 1);
    StringBuilder text = new StringBuilder();
    blocks.forEach(block -> text.append("{").append(block).append(": "));
    text.append("{").append(last).append(": ").append(yaml(flag)).append("}");
    text.append("}".repeat(blocks.size()));
    Files.writeString(file, text + "\n");
    assertThat(fromFile(file).unknownKeys()).isEmpty();
    assertEffect(flag, fromFile(file));
  }

  private static Configuration fromFile(Path file) throws Exception {
    return Configuration.read(
        StartedAs.ETCD, List.of("--config-file=" + file, "--name=x"), Map.of("ETCD_NAME", "y"));
  }

  private static void assertEffect(Flag flag, Configuration read) {
    if (flag.effect() == Effect.IGNORED) {
      assertThat(read.ignored()).containsEntry(flag.name(), flag.reason());
    } else {
      assertThat(read.ignored()).doesNotContainKey(flag.name());
    }
  }

  /** A value that differs from the default. */
  private static String sample(Flag flag) {
    return switch (flag.type()) {
      case COUNT, NUMBER, UINT32 -> "7";
      case SWITCH -> flag.defaultText().equals("true") ? "false" : "true";
      case DURATION -> "7s";
      case URLS -> "http://127.0.0.1:7";
      case TCP_URLS -> "tcp://127.0.0.1:7";
      case ORIGINS -> "http://example.com:7";
      case FEATURE_GATES -> "AllAlpha=false";
      case CLUSTER_STATE -> "existing";
      case DISCOVERY_FALLBACK -> "proxy";
      case BOOTSTRAP -> "wait";
      case ETCD_VERSION -> "3.4.23";
      case LOG_LEVEL -> "warn";
      case TEXT, WORDS, NAMES, ANYTHING -> "seven";
    };
  }

  private static String yaml(Flag flag) {
    return switch (flag.type()) {
      case DURATION -> "7000000000";
      case WORDS, NAMES -> "[" + sample(flag) + "]";
      case COUNT, NUMBER, UINT32, SWITCH -> sample(flag);
      default -> '"' + sample(flag) + '"';
    };
  }
}
