package io.metastore.server.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Refusals have the same text and exit code as in etcd. The texts are recorded; {@code
 * -Dcompat.server=/path/to/etcd} also compares the records with a real etcd.
 */
class EtcdRefusalsTest {
  private static final @Nullable String ETCD = System.getProperty("compat.server");

  @TempDir Path directory;

  /** An exit code and the printed text. */
  private record Refusal(int exitCode, String text) {}

  static Stream<String> commandLines() throws IOException {
    return lines("/etcd-refused-words.txt");
  }

  static Stream<String> fileLines() throws IOException {
    return lines("/etcd-refused-lines.txt");
  }

  @ParameterizedTest
  @MethodSource("commandLines")
  void commandLineIsRefusedAsByEtcd(String line) throws Exception {
    String[] parts = line.split(" \\| ", 3);
    Refusal recorded = new Refusal(Integer.parseInt(parts[1]), parts[2].strip());
    assertRefused(List.of(parts[0].split(" ")), recorded);
  }

  @ParameterizedTest
  @MethodSource("fileLines")
  void fileIsRefusedAsByEtcd(String line) throws Exception {
    String[] parts = line.split(" \\| ", 2);
    Path file = directory.resolve("etcd.yaml");
    Files.writeString(file, parts[0] + "\n");
    assertRefused(List.of("--config-file=" + file), new Refusal(1, parts[1]));
  }

  private void assertRefused(List<String> words, Refusal recorded) throws Exception {
    assertThat(refusal(words)).isEqualTo(recorded);
    if (ETCD != null) {
      assertThat(refusalOfEtcd(ETCD, words)).isEqualTo(recorded);
    }
  }

  private static Refusal refusal(List<String> words) {
    try {
      Configuration read = Configuration.read(StartedAs.ETCD, words, Map.of());
      var log = read.logConfig();
      var config = read.serverConfig();
      throw new AssertionError("taken: " + log + config);
    } catch (UsageError e) {
      return new Refusal(2, requireNonNull(e.getMessage()).strip());
    } catch (ConfigError e) {
      return new Refusal(1, e.fact());
    }
  }

  private Refusal refusalOfEtcd(String etcd, List<String> words) throws Exception {
    List<String> command = new ArrayList<>(List.of(etcd));
    command.addAll(words);
    Path stderr = directory.resolve("stderr");
    int exitCode =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectError(stderr.toFile())
            .start()
            .waitFor();
    List<String> lines = Files.readAllLines(stderr);
    if (exitCode == 2) {
      return new Refusal(2, lines.get(0).strip());
    }
    for (String line : lines) {
      JsonObject json = JsonParser.parseString(line).getAsJsonObject();
      if (json.get("msg").getAsString().equals("failed to verify flags")) {
        return new Refusal(exitCode, json.get("error").getAsString());
      }
    }
    throw new AssertionError(lines);
  }

  private static Stream<String> lines(String resource) throws IOException {
    try (InputStream stream = EtcdRefusalsTest.class.getResourceAsStream(resource)) {
      List<String> lines =
          new String(requireNonNull(stream, resource).readAllBytes(), UTF_8).lines().toList();
      return lines.stream().filter(line -> !line.startsWith("#"));
    }
  }
}
