package io.metastore.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.util.Environment;

class ServeTest {
  /** The exit status that Java, like shells, reports for a process killed by signal 15. */
  private static final int ENDED_BY_SIGTERM = 128 + 15;

  private static final String LOCAL_MEMBER_ID = ".*\"local-member-id\":\"(\\w+)\".*";

  @TempDir Path directory;

  private final int clientPort = ServerProcess.freePort();
  private final int peerPort = ServerProcess.freePort();

  @Test
  @Timeout(60)
  void servesStopsCleanlyAndLogsJsonOnly() throws Exception {
    for (int start = 1; start <= 2; start++) {
      try (ServerProcess server = ServerProcess.start(Map.of("ETCD_FOO", "bar"), alone())) {
        server.awaitLine("published local member to cluster through raft");
        server.awaitLine("enabled capabilities for version");
        server.awaitLine("ready to serve client requests");
        assertThat(get("/health")).isEqualTo("{\"health\":\"true\",\"reason\":\"\"}");
        assertThat(get("/version")).startsWith("{\"etcdserver\":\"3.");
        assertThat(get("/metrics")).contains("\netcd_server_has_leader 1\n");
        assertThat(hash("{\"revision\":1}"))
            .matches(
                "\\{\"header\":\\{\"revision\":1},\"hash\":\\d+,\"compact_revision\":-1,\"hash_revision\":1}");
        assertThat(hash("{\"revision\":9}"))
            .isEqualTo("mvcc: required revision is a future revision\n");
        assertThat(hash("no JSON")).isEqualTo("error unmarshalling request\n");
        while (!get("/metrics").contains("\netcd_server_leader_changes_seen_total 1\n")) {
          // The server checks regularly who leads, so the only leader change will be counted.
          Thread.onSpinWait();
        }
        server.terminate();
        assertThat(server.awaitExit()).isEqualTo(ENDED_BY_SIGTERM);
        assertThat(server.stdout()).isEmpty();
        assertThat(server.lines)
            .allSatisfy(
                line -> {
                  JsonObject json = JsonParser.parseString(line).getAsJsonObject();
                  assertThat(json.get("level").getAsString()).isNotEqualTo("error");
                  assertThat(json.get("ts").getAsString())
                      .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
                  assertThat(json.keySet()).contains("caller", "msg");
                })
            .anyMatch(line -> line.contains("\"environment-variable\":\"ETCD_FOO=bar\""));
      }
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data())))
        .isEqualTo("rwx------");
  }

  @Test
  void thePeerPortServesMembersAndVersionAsEtcdDoes() throws Exception {
    try (ServerProcess server = ServerProcess.start(Map.of(), alone())) {
      server.awaitLine("ready to serve client requests");
      JsonObject list =
          JsonParser.parseString(
                  post(
                      "/v3/cluster/member/add",
                      "{\"peerURLs\":[\"http://127.0.0.1:1\"],\"isLearner\":true}"))
              .getAsJsonObject();
      String clusterId =
          Long.toHexString(
              Long.parseUnsignedLong(
                  list.getAsJsonObject("header").get("cluster_id").getAsString()));
      List<String> members =
          list.getAsJsonArray("members").asList().stream()
              .map(member -> member.getAsJsonObject().get("ID").getAsString())
              .map(
                  id ->
                      id.equals(list.getAsJsonObject("member").get("ID").getAsString())
                          ? "{\"id\":%s,\"peerURLs\":[\"http://127.0.0.1:1\"],\"isLearner\":true}"
                              .formatted(id)
                          : "{\"id\":%s,\"peerURLs\":[\"http://127.0.0.1:%d\"],\"name\":\"default\",\"clientURLs\":[\"http://127.0.0.1:%d\"]}"
                              .formatted(id, peerPort, clientPort))
              .toList();

      // The expected answers are those of etcd 3.7.3.
      assertThat(peerPage("GET", "/members?x"))
          .isEqualTo(
              "200 application/json, X-Etcd-Cluster-ID: %s\n[%s]\n"
                  .formatted(clusterId, String.join(",", members)));
      assertThat(peerPage("GET", "/version?x=1"))
          .isEqualTo("200 application/json\n" + get("/version"));
      for (String page : List.of("/members", "/version")) {
        assertThat(peerPage("POST", page))
            .isEqualTo(
                "405 text/plain; charset=utf-8, Allow: GET, X-Content-Type-Options: nosniff\nMethod Not Allowed\n");
      }
      for (String missing : List.of("/members/", "/version/", "/nothing", "/")) {
        assertThat(peerPage("GET", missing))
            .isEqualTo(
                "404 text/plain; charset=utf-8, X-Content-Type-Options: nosniff\n404 page not found\n");
      }
    }
  }

  /** Status, headers and body of an answer of the peer port. */
  private String peerPage(String method, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + peerPort + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    StringBuilder text = new StringBuilder().append(answer.statusCode());
    text.append(' ').append(answer.headers().firstValue("Content-Type").orElse(""));
    for (String header : List.of("Allow", "X-Content-Type-Options", "X-Etcd-Cluster-ID")) {
      answer
          .headers()
          .firstValue(header)
          .ifPresent(value -> text.append(", ").append(header).append(": ").append(value));
    }
    return text.append('\n').append(answer.body()).toString();
  }

  /** The launchers arrange this, because a killed process would leave the copied library behind. */
  @Test
  void rocksDbsLibraryOnTheLibraryPathIsNotCopied() throws Exception {
    Path scratch = Files.createDirectory(directory.resolve("tmp"));
    Path lib = Files.createDirectory(directory.resolve("lib"));
    String library = Environment.getJniLibraryFileName("rocksdb");
    try (InputStream inJar = Environment.class.getResourceAsStream("/" + library)) {
      Files.copy(requireNonNull(inJar, library), lib.resolve(library));
    }
    String options = "-Djava.library.path=" + lib + " -Djava.io.tmpdir=" + scratch;
    Map<String, String> variables = Map.of("JAVA_TOOL_OPTIONS", options);
    try (ServerProcess server = ServerProcess.start(variables, alone())) {
      server.awaitLine("ready to serve client requests");
      assertThat(scratch).isEmptyDirectory();
    }
  }

  @Test
  void everyUrlIsListenedOnAndARestartNeedsNoClusterFlags() throws Exception {
    int secondClientPort = ServerProcess.freePort();
    int secondPeerPort = ServerProcess.freePort();
    String client = "http://127.0.0.1:" + clientPort;
    String[] listening = {
      "--data-dir=" + data(),
      "--listen-client-urls=" + client + ",http://127.0.0.1:" + secondClientPort,
      "--advertise-client-urls=" + client,
      "--listen-peer-urls=http://127.0.0.1:%d,http://127.0.0.1:%d"
          .formatted(peerPort, secondPeerPort)
    };
    String peers =
        "--initial-advertise-peer-urls=http://127.0.0.1:%d,http://127.0.0.1:%d"
            .formatted(peerPort, secondPeerPort);
    String id;
    try (ServerProcess server =
        ServerProcess.start(Map.of("ETCD_INITIAL_CLUSTER_TOKEN", "t"), with(listening, peers))) {
      id = server.awaitLine("starting an etcd server").replaceAll(LOCAL_MEMBER_ID, "$1");
      server.awaitLine("ready to serve client requests");
      assertThat(get(clientPort, "/health")).contains("true");
      assertThat(get(secondClientPort, "/health")).contains("true");
      for (int port : new int[] {peerPort, secondPeerPort}) {
        new Socket(InetAddress.getLoopbackAddress(), port).close();
      }
    }
    try (ServerProcess server =
        ServerProcess.start(Map.of(), with(listening, "--initial-cluster-state=existing"))) {
      assertThat(server.awaitLine("starting an etcd server").replaceAll(LOCAL_MEMBER_ID, "$1"))
          .isEqualTo(id)
          .matches("[0-9a-f]+");
      server.awaitLine("ready to serve client requests");
    }
  }

  @Test
  void aJoiningMemberThatReachesNobodyExitsWithOne() throws Exception {
    try (ServerProcess server =
        ServerProcess.start(Map.of(), with(alone(), "--initial-cluster-state=existing"))) {
      assertThat(server.awaitExit()).isEqualTo(1);
      assertThat(server.lines)
          .anyMatch(line -> line.contains("cannot fetch cluster info from peer urls"));
    }
  }

  @Test
  void aConfigurationFileOfEtcdIsAccepted() throws Exception {
    Path file = directory.resolve("etcd.yaml");
    Path log = directory.resolve("etcd.log");
    Files.writeString(
        file,
        """
        name: default
        data-dir: %s
        listen-client-urls: http://127.0.0.1:%d
        advertise-client-urls: http://127.0.0.1:%d
        listen-peer-urls: http://127.0.0.1:%d
        initial-advertise-peer-urls: http://127.0.0.1:%d
        heartbeat-interval: 50
        auto-compaction-retention: "36"
        watch-progress-notify-interval: 600000000000
        log-outputs: [stderr, %s]
        log-format: console
        compat-version: 3.4.23
        """
            .formatted(data(), clientPort, clientPort, peerPort, peerPort, log));
    try (ServerProcess server =
        ServerProcess.start(Map.of("ETCD_CONFIG_FILE", file.toString()), "--name=passed-over")) {
      String start = server.awaitLine("starting an etcd server");
      assertThat(start)
          .matches("[-0-9]{10}T[:.0-9]{15}Z\tinfo\tserver/Member\tstarting an etcd server\t\\{.*}")
          .contains(
              "\"name\": \"default\"",
              "\"heartbeat-interval\": \"50ms\"",
              "\"listen-peer-urls\": [\"http://127.0.0.1:%d\"]".formatted(peerPort),
              "\"compact-check-time-interval\": \"1m0s\"",
              "\"auto-compaction-retention\": \"36h0m0s\"",
              "\"auto-compaction-interval\": \"36h0m0s\"");
      server.awaitLine("ready to serve client requests");
      assertThat(Files.readAllLines(log)).contains(start);
      assertThat(get("/version"))
          .isEqualTo("{\"etcdserver\":\"3.4.23\",\"etcdcluster\":\"3.4.0\"}");
    }
  }

  @Test
  void badFlagPrintsTheUsageAndExitsWithTwo() throws Exception {
    try (ServerProcess server = ServerProcess.start(Map.of(), "--nope")) {
      assertThat(server.awaitExit()).isEqualTo(2);
      assertThat(server.lines.get(0)).isEqualTo("flag provided but not defined: -nope");
      assertThat(server.lines).contains("Usage:");
    }
  }

  @Test
  void conflictOfFlagAndVariableExitsWithOne() throws Exception {
    try (ServerProcess server = ServerProcess.start(Map.of("ETCD_NAME", "x"), "--name=y")) {
      assertThat(server.awaitExit()).isEqualTo(1);
      assertThat(server.lines)
          .singleElement()
          .asString()
          .contains(
              "\"level\":\"error\"",
              "conflicting environment variable",
              "\"environment-variable\":\"ETCD_NAME\"");
    }
  }

  @Test
  void dataDirectoryOfAnEtcdMemberIsNotTouched() throws Exception {
    Files.createDirectories(data().resolve("member").resolve("wal"));
    try (ServerProcess server = ServerProcess.start(Map.of(), alone())) {
      assertThat(server.awaitExit()).isEqualTo(1);
      assertThat(server.lines).anyMatch(line -> line.contains("contains data of an etcd member"));
    }
    try (var files = Files.list(data())) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void walDirHoldsTheRaftLog() throws Exception {
    Path log = directory.resolve("disk").resolve("wal");
    String[] flags = with(alone(), "--wal-dir=" + log);
    try (ServerProcess server = ServerProcess.start(Map.of(), flags)) {
      server.awaitLine("ready to serve client requests");
      assertThat(log).isNotEmptyDirectory();
      assertThat(data().resolve("raft")).doesNotExist();
      post("/v3/kv/put", "{\"key\":\"YQ==\",\"value\":\"Yg==\"}");
    }
    // Killed above, so the key is in the log only.
    try (ServerProcess server = ServerProcess.start(Map.of(), flags)) {
      server.awaitLine("ready to serve client requests");
      assertThat(post("/v3/kv/range", "{\"key\":\"YQ==\"}")).contains("\"value\":\"Yg==\"");
    }
    for (String[] others :
        List.of(alone(), with(alone(), "--wal-dir=" + directory.resolve("another")))) {
      try (ServerProcess server = ServerProcess.start(Map.of(), others)) {
        assertThat(server.awaitExit()).isEqualTo(1);
        assertThat(server.lines)
            .anyMatch(line -> line.contains("does not hold this member's Raft log"));
      }
    }
    assertThat(directory.resolve("another")).doesNotExist();
  }

  @Test
  void anUnusableWalDirExitsWithOne() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    Path etcds = Files.createDirectory(directory.resolve("etcds"));
    Files.createFile(etcds.resolve("0000000000000000-0000000000000000.wal"));
    Path others = directory.resolve("others");
    Files.createDirectories(others.resolve("6d657461-7374-6f72-0000-000000000001"));
    Map<Path, String> errors =
        Map.of(
            file.resolve("wal"),
            "failed to create WAL",
            etcds,
            "holds the log of an etcd member",
            others,
            "holds the Raft log of another cluster");
    for (Map.Entry<Path, String> error : errors.entrySet()) {
      try (ServerProcess server =
          ServerProcess.start(Map.of(), with(alone(), "--wal-dir=" + error.getKey()))) {
        assertThat(server.awaitExit()).isEqualTo(1);
        assertThat(server.lines).anyMatch(line -> line.contains(error.getValue()));
      }
    }
  }

  @Test
  void addressInUseExitsWithOne() throws Exception {
    try (ServerProcess first = ServerProcess.start(Map.of(), alone())) {
      first.awaitLine("ready to serve client requests");
      String[] flags =
          ServerProcess.alone(directory.resolve("other"), clientPort, ServerProcess.freePort());
      try (ServerProcess second = ServerProcess.start(Map.of(), flags)) {
        assertThat(second.awaitExit()).isEqualTo(1);
        assertThat(second.lines).anyMatch(line -> line.contains("Address already in use"));
      }
    }
  }

  @Test
  void aPortOfAnotherProcessIsUsedOnlyIfBothReuseIt() throws Exception {
    int metricsPort = ServerProcess.freePort();
    String metrics = "--listen-metrics-urls=http://127.0.0.1:" + metricsPort;
    String[] flags = with(alone(), metrics);
    for (int port : new int[] {clientPort, peerPort, metricsPort}) {
      try (Socket other = bindReusable(port)) {
        assertThat(other.isBound()).isTrue();
        assertRefused(flags);
        try (ServerProcess server =
            ServerProcess.start(Map.of(), with(flags, "--socket-reuse-port"))) {
          server.awaitLine("ready to serve client requests");
          assertThat(get("/health")).contains("true");
          assertThat(get(metricsPort, "/health")).contains("true");
          assertThat(peerPage("GET", "/version")).startsWith("200");
        }
      }
    }
  }

  private static void assertRefused(String[] flags) throws Exception {
    try (ServerProcess server = ServerProcess.start(Map.of(), flags)) {
      assertThat(server.awaitExit()).isEqualTo(1);
      assertThat(server.lines).anyMatch(line -> line.contains("Address already in use"));
    }
  }

  /** Uses a port without listening on it, so that all connections go to the server. */
  private static Socket bindReusable(int port) throws Exception {
    Socket socket = new Socket();
    socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }

  @Test
  void metricsAreServedWithoutALeaderAndClientsAfterTheTimeout() throws Exception {
    int metricsPort = ServerProcess.freePort();
    String[] flags =
        with(
            with(alone(), "--listen-metrics-urls=http://127.0.0.1:" + metricsPort),
            "--initial-cluster=default=http://127.0.0.1:%d,absent=http://127.0.0.1:%d"
                .formatted(peerPort, ServerProcess.freePort()));
    try (ServerProcess server = ServerProcess.start(Map.of(), flags)) {
      server.awaitLine("serving http");
      assertNoLeader(metricsPort);
      try (Socket refused = new Socket()) {
        assertThatThrownBy(
                () ->
                    refused.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), clientPort)))
            .isInstanceOf(ConnectException.class);
      }
    }
    try (ServerProcess server =
        ServerProcess.start(Map.of(), with(flags, "--wait-cluster-ready-timeout=1s"))) {
      server.awaitLine("timed out waiting for the ready notification");
      server.awaitLine("ready to serve client requests");
      assertNoLeader(metricsPort);
      assertNoLeader(clientPort);
      assertThat(post("/v3/kv/range", "{\"key\":\"YQ==\",\"serializable\":true}"))
          .contains("\"header\":{");
      assertThat(server.lines).noneMatch(line -> line.contains("published local member"));
    }
  }

  private static void assertNoLeader(int port) throws Exception {
    assertThat(get(port, "/health")).contains("RAFT NO LEADER");
    assertThat(get(port, "/livez")).isEqualTo("ok\n");
    assertThat(get(port, "/metrics")).contains("\netcd_server_has_leader 0\n");
  }

  private Path data() {
    return directory.resolve("data");
  }

  @Test
  void aBusyPortForZookeeperClientsIsNamed() throws Exception {
    try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String flag = "--listen-zookeeper-urls=tcp://127.0.0.1:" + busy.getLocalPort();
      try (ServerProcess server = ServerProcess.start("serve", Map.of(), with(alone(), flag))) {
        assertThat(server.awaitExit()).isEqualTo(1);
        assertThat(server.lines)
            .anyMatch(
                line ->
                    line.contains("127.0.0.1:" + busy.getLocalPort())
                        && line.contains("--listen-zookeeper-urls"));
      }
    }
  }

  private String[] alone() {
    return ServerProcess.alone(data(), clientPort, peerPort);
  }

  private static String[] with(String[] flags, String more) {
    String[] all = Arrays.copyOf(flags, flags.length + 1);
    all[flags.length] = more;
    return all;
  }

  private String post(String path, String body) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + clientPort + path))
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private String hash(String body) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + peerPort + "/members/hashkv");
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .method("GET", HttpRequest.BodyPublishers.ofString(body))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  private String get(String path) throws Exception {
    return get(clientPort, path);
  }

  private static String get(int port, String path) throws Exception {
    return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)));
  }

  private static String send(HttpRequest.Builder request) throws Exception {
    return HttpClient.newHttpClient()
        .send(request.build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
