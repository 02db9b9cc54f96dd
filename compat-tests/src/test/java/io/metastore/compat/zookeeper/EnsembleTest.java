package io.metastore.compat.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.compat.process.Await;
import io.metastore.compat.process.FreePorts;
import io.metastore.compat.process.ZooProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.admin.ZooKeeperAdmin;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three voters and an observer, started with {@code zoo.cfg}, and servers that join them. */
@Timeout(180)
@SuppressWarnings("try") // the client's close() declares InterruptedException
class EnsembleTest {
  private static final int VOTERS = 3;
  private static final int OBSERVER = 4;
  private static final int SESSION_MS = 20_000;
  private static final int PATIENCE_S = 60;

  /** Of {@code admin:admin}. */
  private static final String SUPER = "admin:x1nq8J5GOJVPY6zgzhtTtA9izLc=";

  @TempDir static Path directory;

  private static final List<Server> servers = new ArrayList<>();

  private static final class Server implements AutoCloseable {
    final int number = servers.size() + 1;
    final int clientPort = FreePorts.next();
    private final String ports = "127.0.0.1:%d:%d".formatted(FreePorts.next(), FreePorts.next());

    @SuppressWarnings("NullAway.Init") // set by start()
    private ZooProcess process;

    String line(String role) {
      return "server.%d=%s:%s;127.0.0.1:%d".formatted(number, ports, role, clientPort);
    }

    void start(List<String> lines) throws IOException {
      Path data = Files.createDirectories(directory.resolve("data" + number));
      Files.writeString(data.resolve("myid"), number + "\n");
      Path config = directory.resolve("zoo" + number + ".cfg");
      Files.writeString(
          config,
          """
          dataDir=%s
          tickTime=1000
          admin.enableServer=false
          4lw.commands.whitelist=*
          reconfigEnabled=true
          DigestAuthenticationProvider.superDigest=%s
          """
                  .formatted(data, SUPER)
              + String.join("\n", lines)
              + "\n");
      process = ZooProcess.ours(config);
    }

    String mode() throws InterruptedException {
      return process.awaitServing(clientPort).replaceAll("(?s).*Mode: (\\w+).*", "$1");
    }

    @Override
    public void close() {
      process.close();
    }
  }

  /** A client that notes what happens to it. */
  private static final class Client implements AutoCloseable {
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    final ZooKeeperAdmin zk;

    Client(String addresses) throws Exception {
      zk = new ZooKeeperAdmin(addresses, SESSION_MS, this::note);
      awaitEvent("SyncConnected");
    }

    void note(WatchedEvent event) {
      events.add(
          event.getType() == EventType.None
              ? event.getState().name()
              : event.getType() + " " + event.getPath());
    }

    /** Waits for an event and drops those before it. */
    void awaitEvent(String expected) throws InterruptedException {
      String event;
      do {
        event = events.poll(PATIENCE_S, TimeUnit.SECONDS);
        assertThat(event).as("instead of " + expected).isNotNull();
      } while (!event.equals(expected));
    }

    /** Connects to other servers; the session goes on. */
    void move(int... numbers) throws Exception {
      zk.updateServerList(addresses(numbers));
      // Without a request, the client notices only at its next ping that it has disconnected.
      zk.exists("/", false, (code, path, context, stat) -> {}, null);
      awaitEvent("Disconnected");
      awaitEvent("SyncConnected");
    }

    String create(String path, CreateMode mode) throws Exception {
      return zk.create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, mode);
    }

    /** The lines of {@code /zookeeper/config}, with a watch. */
    List<String> config() throws Exception {
      return lines(zk.getConfig(this::note, null));
    }

    List<String> reconfigure(
        @Nullable String joining, @Nullable String leaving, @Nullable String all, long from)
        throws Exception {
      Stat stat = new Stat();
      List<String> lines = lines(zk.reconfigure(joining, leaving, all, from, stat));
      assertThat(lines.get(lines.size() - 1))
          .isEqualTo("version=" + Long.toHexString(stat.getMzxid()));
      return lines.subList(0, lines.size() - 1);
    }

    @Override
    public void close() throws InterruptedException {
      zk.close();
    }
  }

  private static List<String> lines(byte[] config) {
    return new String(config, UTF_8).lines().toList();
  }

  @BeforeAll
  static void start() throws Exception {
    for (int i = 0; i < OBSERVER; i++) {
      servers.add(new Server());
    }
    List<String> lines = servers.stream().map(EnsembleTest::firstLine).toList();
    for (Server server : servers) {
      server.start(lines);
    }
    for (Server server : servers) {
      server.mode();
    }
  }

  private static String firstLine(Server server) {
    return server.line(server.number == OBSERVER ? "observer" : "participant");
  }

  @AfterAll
  static void stop() {
    servers.forEach(Server::close);
  }

  private static Server server(int number) {
    return servers.get(number - 1);
  }

  private static String addresses(int... numbers) {
    return IntStream.of(numbers)
        .mapToObj(number -> "127.0.0.1:" + server(number).clientPort)
        .collect(Collectors.joining(","));
  }

  @Test
  void anObserverServesClientsLikeTheOthers() throws Exception {
    assertThat(server(OBSERVER).mode()).isEqualTo("observer");
    assertThat(ZooProcess.word("mntr", server(OBSERVER).clientPort))
        .contains("zk_server_state\tobserver\n", "zk_quorum_size\t" + VOTERS + "\n");
    try (Client here = new Client(addresses(OBSERVER));
        Client there = new Client(addresses(1))) {
      here.create("/a", CreateMode.PERSISTENT);
      here.create("/a/mine", CreateMode.EPHEMERAL);
      there.zk.sync("/a", (rc, path, context) -> {}, null);
      assertThat(there.zk.exists("/a/mine", there::note)).isNotNull();
      here.zk.getData("/a", here::note, null);
      there.zk.setData("/a", "1".getBytes(UTF_8), 0);
      here.awaitEvent("NodeDataChanged /a");
      assertThat(here.zk.getData("/a", false, null)).isEqualTo("1".getBytes(UTF_8));

      // The session moves from the observer to a voter and back.
      long session = here.zk.getSessionId();
      for (int target : new int[] {2, OBSERVER}) {
        here.move(target);
        assertThat(here.zk.getSessionId()).isEqualTo(session);
        assertThat(here.zk.exists("/a/mine", false).getEphemeralOwner()).isEqualTo(session);
      }
      here.zk.setData("/a", "2".getBytes(UTF_8), -1);
      here.close();
      there.awaitEvent("NodeDeleted /a/mine");
    }
  }

  @Test
  void serversJoinArePromotedAndLeave() throws Exception {
    List<String> first =
        servers.subList(0, OBSERVER).stream().map(EnsembleTest::firstLine).toList();
    try (Client client = new Client(addresses(2, OBSERVER));
        Client other = new Client(addresses(1))) {
      List<String> unchanged = client.config();
      assertThat(unchanged).hasSize(first.size() + 1).containsAll(first);
      assertCode(Code.NOAUTH, () -> client.reconfigure(null, "4", null, -1));
      client.zk.addAuthInfo("digest", "admin:admin".getBytes(UTF_8));
      assertCode(Code.BADVERSION, () -> client.reconfigure(null, "4", null, 99));
      assertCode(Code.BADARGUMENTS, () -> client.reconfigure(null, "1,2", null, -1));
      assertCode(Code.BADARGUMENTS, () -> client.reconfigure("server.9=h:1", null, null, -1));
      assertCode(
          Code.BADARGUMENTS, () -> client.reconfigure(server(1).line("observer"), null, null, -1));
      String threeAbsent = String.join(",", absent(6), absent(7), absent(8));
      assertCode(Code.NEWCONFIGNOQUORUM, () -> client.reconfigure(threeAbsent, null, null, -1));
      assertThat(client.config()).as("after the refusals").isEqualTo(unchanged);

      // Like a new server of ZooKeeper, it serves before it is part of the configuration.
      Server fifth = new Server();
      servers.add(fifth);
      List<String> all = new ArrayList<>(first);
      all.add(fifth.line("participant"));
      fifth.start(all);
      assertThat(fifth.mode()).isEqualTo("observer");
      client.awaitEvent("NodeDataChanged " + ZooDefs.CONFIG_NODE);
      assertThat(client.config()).contains(fifth.line("observer"));
      try (Client atFifth = new Client(addresses(5))) {
        other.config();
        Await.until(
            "it has caught up",
            () -> {
              assertThat(client.reconfigure(fifth.line("participant"), null, null, -1))
                  .isEqualTo(all);
              return true;
            });
        other.awaitEvent("NodeDataChanged " + ZooDefs.CONFIG_NODE);
        atFifth.create("/as-voter", CreateMode.EPHEMERAL);
        assertThat(atFifth.events).as("promoted while it serves").isEmpty();
        Await.until("it votes", () -> fifth.mode().equals("follower"));

        long session = atFifth.zk.getSessionId();
        assertThat(client.reconfigure(null, null, String.join(",", first), -1)).isEqualTo(first);
        assertThat(fifth.process.awaitEnd()).isZero();
        atFifth.awaitEvent("Disconnected");
        atFifth.zk.updateServerList(addresses(1));
        atFifth.awaitEvent("SyncConnected");
        assertThat(atFifth.zk.getSessionId()).isEqualTo(session);
        assertThat(atFifth.zk.exists("/as-voter", false)).isNotNull();
      }
      // A server that is added before it is started is listed at once.
      assertThat(client.reconfigure(absent(6), null, null, -1)).contains(absent(6));
      assertThat(client.reconfigure(null, "6", null, -1)).isEqualTo(first);
    }
  }

  /** The line of a server that is never started. */
  private static String absent(int number) {
    return "server.%d=127.0.0.1:%d:%d:participant;127.0.0.1:%d"
        .formatted(number, 10 * number, 10 * number + 1, 10 * number + 2);
  }

  private interface Call {
    void run() throws Exception;
  }

  private static void assertCode(Code code, Call call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(KeeperException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
