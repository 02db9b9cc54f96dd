package io.metastore.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server that is started with {@code zoo.cfg}. */
class ZookeeperStartTest {
  @TempDir Path directory;

  private final int adminPort = ServerProcess.freePort();
  private final int metricsPort = ServerProcess.freePort();

  @Test
  @Timeout(60)
  void adminServerAndMetricsHaveZookeepersNames() throws Exception {
    Path config =
        Files.writeString(
            directory.resolve("zoo.cfg"),
            """
            dataDir=%s
            clientPort=%d
            clientPortAddress=127.0.0.1
            admin.serverAddress=127.0.0.1
            admin.serverPort=%d
            metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider
            metricsProvider.httpHost=127.0.0.1
            metricsProvider.httpPort=%d
            autopurge.purgeInterval=1
            """
                .formatted(directory, ServerProcess.freePort(), adminPort, metricsPort));
    try (ServerProcess server = ServerProcess.start("zookeeper", Map.of(), config.toString())) {
      server.awaitLine("ready to serve client requests");
      assertThat(server.lines)
          .anyMatch(line -> line.contains("autopurge") && line.contains("flag has no effect here"));

      // The fields of ZooKeeper 3.9.5's answers.
      assertThat(command("stats").keySet())
          .containsExactlyInAnyOrder(
              "version",
              "read_only",
              "server_stats",
              "client_response",
              "node_count",
              "connections",
              "secure_connections",
              "command",
              "error");
      assertThat(command("stat").get("command").getAsString()).isEqualTo("stats");
      assertThat(command("configuration").keySet())
          .containsExactlyInAnyOrder(
              "client_port",
              "data_dir",
              "data_log_dir",
              "tick_time",
              "max_client_cnxns",
              "min_session_timeout",
              "max_session_timeout",
              "server_id",
              "client_port_listen_backlog",
              "command",
              "error");
      assertThat(command("watch_summary").keySet())
          .containsExactlyInAnyOrder(
              "num_connections", "num_paths", "num_total_watches", "command", "error");
      assertThat(command("initial_configuration").get("initial_configuration").getAsString())
          .isEqualTo(Files.readString(config));
      assertThat(command("nothing").get("error").getAsString())
          .isEqualTo("Unknown command: nothing");
      assertThat(command("snapshot").get("error").getAsString())
          .isEqualTo("Auth info is missing for the command");
      assertThat(get(adminPort, "/commands"))
          .contains("<a href=\"/commands/configuration\">configuration</a>");
      assertThat(get(metricsPort, "/metrics"))
          .contains(
              "\nznode_count 5.0\n",
              "\nnum_alive_connections 0.0\n",
              "jvm_memory_bytes_used{",
              "# TYPE readlatency summary\nreadlatency_count 0.0\n",
              "\nupdatelatency{quantile=\"0.99\",} 0.0\n",
              "\nfsynctime_count ",
              "\ndigest_mismatches_count 0.0\n");
      assertThat(command("monitor").get("p99_readlatency").getAsInt()).isZero();
    }
  }

  @Test
  @Timeout(60)
  void anInvalidConfigurationExitsWithOne() throws Exception {
    Path config = Files.writeString(directory.resolve("zoo.cfg"), "clientPort=2181\n");
    try (ServerProcess server = ServerProcess.start("zookeeper", Map.of(), config.toString())) {
      assertThat(server.awaitExit()).isEqualTo(1);
      assertThat(server.lines).anyMatch(line -> line.contains("dataDir is not set"));
    }
  }

  private JsonObject command(String name) throws Exception {
    return JsonParser.parseString(get(adminPort, "/commands/" + name)).getAsJsonObject();
  }

  private static String get(int port, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString(UTF_8))
        .body();
  }
}
