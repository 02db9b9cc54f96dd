package io.metastore.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.cli.console.Console;
import io.metastore.server.command.Etcdutl;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that real etcds made: {@code make-etcd-file} in the module {@code bbolt} tells how. */
class EtcdFilesTest {
  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** The expected texts were printed by etcdutl 3.7.3. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "etcd-3.7.db | d05449d9, 304, 300, 82 kB, 3.7.0",
        "etcd-3.4.db | '4ad96eb5, 304, 300, 119 kB, '"
      })
  void etcdutlPrintsWhatTheRealOnePrints(String name, String status) throws Exception {
    Path file = file(name);
    assertThat(etcdutl("snapshot", "status", file.toString())).isZero();
    assertThat(etcdutl("hashkv", file.toString(), "-w", "json")).isZero();
    assertThat(etcdutl("hashkv", file.toString(), "--rev=200")).isZero();
    assertThat(out.toString(UTF_8))
        .isEqualTo(
            status
                + "\n{\"hash\":3494654761,\"hashRevision\":304,\"compactRevision\":-1}\n"
                + "3809109716, 200, -1\n");
    assertThat(etcdutl("hashkv", file.toString(), "--rev=400")).isEqualTo(1);
    assertThat(err.toString(UTF_8))
        .isEqualTo("Error: mvcc: required revision is a future revision\n");
  }

  /** Printed by etcdutl 3.7.3, too. */
  @Test
  void aTableHasBorders() throws Exception {
    String file = file("etcd-3.7.db").toString();
    assertThat(etcdutl("--write-out", "table", "snapshot", "status", file)).isZero();
    assertThat(out.toString(UTF_8))
        .isEqualTo(
            """
            ┌──────────┬──────────┬────────────┬────────────┬─────────┐
            │   HASH   │ REVISION │ TOTAL KEYS │ TOTAL SIZE │ VERSION │
            ├──────────┼──────────┼────────────┼────────────┼─────────┤
            │ d05449d9 │      304 │        300 │      82 kB │   3.7.0 │
            └──────────┴──────────┴────────────┴────────────┴─────────┘
            """);
  }

  @ParameterizedTest
  @CsvSource({"etcd-3.7.db", "etcd-3.4.db"})
  void aServerStartsOnARestoredSnapshot(String name) throws Exception {
    Path data = directory.resolve("data");
    int peerPort = ServerProcess.freePort();
    String peer = "http://127.0.0.1:" + peerPort;
    String[] restore = {
      "snapshot",
      "restore",
      file(name).toString(),
      "--data-dir=" + data,
      "--name=m1",
      "--initial-cluster=m1=" + peer,
      "--initial-advertise-peer-urls=" + peer
    };
    assertThat(etcdutl(restore)).as(err.toString(UTF_8)).isZero();
    assertThat(err.toString(UTF_8)).contains("\tadded member\t{", "\"" + peer + "\"");
    assertThat(etcdutl(restore)).isEqualTo(1);
    assertThat(err.toString(UTF_8)).contains("not empty or could not be read");

    int port = ServerProcess.freePort();
    try (ServerProcess server =
        ServerProcess.start(Map.of(), ServerProcess.alone(data, port, peerPort))) {
      server.awaitLine("ready to serve client requests");
      assertThat(post(port, "/v3/maintenance/hashkv", "{}")).contains("\"hash\":3494654761");
      assertThat(post(port, "/v3/kv/range", "{\"key\":\"" + base64("k8") + "\"}"))
          .contains("\"mod_revision\":\"304\",\"version\":\"2\"");
      assertThat(post(port, "/v3/kv/range", "{\"key\":\"" + base64("k7") + "\",\"revision\":300}"))
          .contains("\"value\":\"" + base64("value-7") + "\"");
      assertThat(post(port, "/v3/kv/put", "{\"key\":\"" + base64("new") + "\"}"))
          .contains("\"revision\":\"305\"");
      assertThat(post(port, "/v3/auth/user/get", "{\"name\":\"alice\"}")).contains("reader");
      assertThat(post(port, "/v3/lease/leases", "{}")).contains("\"ID\":");
    }
  }

  @Test
  void aRaisedRevisionIsCompacted() throws Exception {
    Path data = directory.resolve("data");
    assertThat(etcdutl("snapshot", "restore", "x", "--bump-revision=5")).isEqualTo(128);
    assertThat(
            etcdutl(
                "snapshot",
                "restore",
                file("etcd-3.7.db").toString(),
                "--data-dir=" + data,
                "--bump-revision=1000",
                "--mark-compacted"))
        .isZero();
    int port = ServerProcess.freePort();
    try (ServerProcess server =
        ServerProcess.start(Map.of(), ServerProcess.alone(data, port, ServerProcess.freePort()))) {
      server.awaitLine("ready to serve client requests");
      assertThat(post(port, "/v3/kv/range", "{\"key\":\"" + base64("k8") + "\"}"))
          .contains("\"revision\":\"1304\"", "\"version\":\"2\"");
      assertThat(post(port, "/v3/kv/range", "{\"key\":\"" + base64("k8") + "\",\"revision\":300}"))
          .contains("required revision has been compacted");
    }
  }

  private int etcdutl(String... words) {
    Console console = new Console(new ByteArrayInputStream(new byte[0]), out, err);
    return Etcdutl.run(console, "3.7.1", List.of(words));
  }

  private Path file(String name) throws Exception {
    Path file = directory.resolve(name);
    try (InputStream in =
        new GZIPInputStream(
            Files.newInputStream(Path.of("../bbolt/src/test/resources").resolve(name)))) {
      Files.write(file, in.readAllBytes());
    }
    return file;
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private static String post(int port, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }
}
