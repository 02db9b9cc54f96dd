package io.metastore.adapter.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.core.api.ClusterView;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.ReadView;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.jute.Record;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.proto.AuthPacket;
import org.apache.zookeeper.proto.GetDataRequest;
import org.apache.zookeeper.proto.RequestHeader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Local sessions, read-only members, clients that must authenticate, and the request throttle. */
@Timeout(120)
class SessionRulesTest {
  private static final int SESSION_MS = 30_000;

  @TempDir Path directory;

  // --- local sessions ---------------------------------------------------------------------------

  @Test
  void aLocalSessionIsNotInTheLogUntilItWrites() throws Exception {
    try (TestServer server = start(local(LocalSessionMode.ON));
        TestClient client = server.connect()) {
      assertThat(client.zk.exists("/a", false)).isNull();
      long session = client.zk.getSessionId();
      assertThat(sessions(server)).isEmpty();
      assertThat(raw(server, "mntr")).contains("zk_local_sessions\t1\n");

      TestServer.cut(client.zk);
      client.await(KeeperState.SyncConnected);
      assertThat(client.zk.getSessionId()).isEqualTo(session);

      assertThatThrownBy(() -> client.create("/e", "", CreateMode.EPHEMERAL))
          .isInstanceOf(KeeperException.EphemeralOnLocalSessionException.class);
      assertThatThrownBy(
              () ->
                  client.zk.multi(
                      List.of(
                          Op.create("/e", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL))))
          .isInstanceOf(KeeperException.EphemeralOnLocalSessionException.class);
      client.create("/a");
      assertThat(client.zk.exists("/a", true)).isNotNull();
      assertThat(sessions(server)).containsExactly(session);
      assertThat(raw(server, "mntr")).contains("zk_local_sessions\t0\n");
    }
  }

  @Test
  void anEphemeralNodeMakesASessionGlobal() throws Exception {
    try (TestServer server = start(local(LocalSessionMode.UPGRADABLE))) {
      try (TestClient client = server.connect()) {
        client.zk.exists("/e", client.watcher);
        client.create("/e", "", CreateMode.EPHEMERAL);
        assertThat(client.nextEvent()).isEqualTo("NodeCreated /e");
        assertThat(client.zk.exists("/e", false).getEphemeralOwner())
            .isEqualTo(client.zk.getSessionId());
        TestServer.cut(client.zk);
        client.await(KeeperState.SyncConnected);
        assertThat(client.zk.exists("/e", false)).isNotNull();
      }
      try (TestClient other = server.connect()) {
        assertThat(other.zk.exists("/e", false)).isNull();
      }
      assertThat(sessions(server)).isEmpty();
    }
  }

  private static SessionRules local(LocalSessionMode mode) {
    return new SessionRules(Set.of(), mode, false, 0);
  }

  private static List<Long> sessions(TestServer server) {
    try (ReadView view = server.node.view(Consistency.LINEARIZABLE).join()) {
      return view.tree().sessions();
    }
  }

  // --- read-only members ------------------------------------------------------------------------

  /** Whether the member appears to have no leader. */
  private volatile boolean leaderless;

  @Test
  void aMemberWithoutLeaderServesReads() throws Exception {
    SessionRules rules = new SessionRules(Set.of(), LocalSessionMode.OFF, true, 0);
    try (TestServer server = TestServer.withRules(directory, rules, this::withoutLeader)) {
      try (TestClient writer = server.connect()) {
        writer.create("/a", "1", CreateMode.PERSISTENT);
      }
      leaderless = true;
      assertThat(raw(server, "isro")).isEqualTo("ro");
      assertThat(raw(server, "srvr")).contains("Mode: read-only");
      assertThatThrownBy(() -> new RawClient(server.port()))
          .as("a client that cannot be read-only")
          .isInstanceOf(EOFException.class);
      try (TestClient reader = TestClient.readOnly(server.address(), SESSION_MS)) {
        reader.await(KeeperState.ConnectedReadOnly);
        assertThat(reader.zk.getData("/a", false, null)).isEqualTo(TestClient.bytes("1"));
        assertThatThrownBy(() -> reader.create("/b"))
            .isInstanceOf(KeeperException.NotReadOnlyException.class);
        leaderless = false;
        reader.await(KeeperState.SyncConnected);
        reader.create("/b");
      }
      assertThat(raw(server, "isro")).isEqualTo("rw");
    }
  }

  /** As in ZooKeeper, where a server that loses its leader closes all connections. */
  @Test
  void clientsAreDisconnectedWhenTheLeaderIsLost() throws Exception {
    SessionRules rules = new SessionRules(Set.of(), LocalSessionMode.ON, true, 0);
    try (TestServer server = TestServer.withRules(directory, rules, this::withoutLeader);
        TestClient local = TestClient.readOnly(server.address(), SESSION_MS);
        TestClient client = TestClient.readOnly(server.address(), SESSION_MS);
        RawClient writer = new RawClient(server.port())) {
      client.await(KeeperState.SyncConnected);
      client.create("/a");
      local.await(KeeperState.SyncConnected);
      leaderless = true;
      assertThat(writer.receive()).as("its connection is closed").isNull();
      for (TestClient each : List.of(local, client)) {
        long session = each.zk.getSessionId();
        each.await(KeeperState.ConnectedReadOnly);
        assertThat(each.zk.getSessionId()).isEqualTo(session);
        assertThat(each.zk.exists("/a", false)).isNotNull();
      }
      leaderless = false;
      for (TestClient each : List.of(local, client)) {
        long session = each.zk.getSessionId();
        each.await(KeeperState.SyncConnected);
        each.zk.setData("/a", new byte[0], -1);
        assertThat(each.zk.getSessionId()).isEqualTo(session);
      }
    }
  }

  @Test
  void withoutReadOnlyModeNothingIsServedWithoutLeader() throws Exception {
    try (TestServer server =
        TestServer.withRules(directory, SessionRules.DEFAULT, this::withoutLeader)) {
      leaderless = true;
      assertThat(raw(server, "isro")).isEqualTo("null");
      assertThat(raw(server, "ruok")).isEqualTo("imok");
      assertThat(raw(server, "srvr"))
          .isEqualTo("This ZooKeeper instance is not currently serving requests\n");
    }
  }

  private Metastore withoutLeader(Metastore store) {
    ClusterView noId =
        proxy(ClusterView.class, store.cluster(), "leaderId", () -> leaderless ? 0L : null);
    ClusterView cluster =
        proxy(ClusterView.class, noId, "leaderlessMs", () -> leaderless ? 60_000L : null);
    return proxy(Metastore.class, store, "cluster", () -> cluster);
  }

  private interface Replacement<T> {
    /** The result of the method; null to call the original. */
    @Nullable T get();
  }

  private static <T> T proxy(Class<T> type, T target, String name, Replacement<?> replacement) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Object result = method.getName().equals(name) ? replacement.get() : null;
              try {
                return result == null ? method.invoke(target, arguments) : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  // --- clients that must authenticate -----------------------------------------------------------

  @Test
  void anUnauthenticatedClientIsToldAndDisconnected() throws Exception {
    String enabled = "zookeeper.enforce.auth.enabled";
    String schemes = "zookeeper.enforce.auth.schemes";
    System.setProperty(enabled, "true");
    System.setProperty(schemes, "digest");
    SessionRules rules = new SessionRules(Set.of("digest"), LocalSessionMode.OFF, false, 0);
    try (RealZooKeeper zookeeper = new RealZooKeeper(directory.resolve("zookeeper"));
        TestServer server = start(rules)) {
      assertThat(replies(server.port(), false)).isEqualTo(replies(zookeeper.port(), false));
      assertThat(replies(server.port(), true)).isEqualTo(replies(zookeeper.port(), true));
      assertThat(replies(server.port(), false)).containsExactly("1: zxid 0, error -124", "closed");
    } finally {
      System.clearProperty(enabled);
      System.clearProperty(schemes);
    }
  }

  private static List<String> replies(int port, boolean authenticates) throws IOException {
    List<String> replies = new ArrayList<>();
    try (RawClient client = new RawClient(port)) {
      int expected = 1;
      if (authenticates) {
        byte[] secret = "user:secret".getBytes(StandardCharsets.UTF_8);
        send(client, new RequestHeader(-4, OpCode.auth), new AuthPacket(0, "digest", secret));
        expected++;
      }
      send(client, new RequestHeader(1, OpCode.getData), new GetDataRequest("/none", false));
      for (int i = 0; i < expected; i++) {
        RawClient.Packet packet = client.receive();
        boolean refused = packet != null && packet.header().getErr() == -124;
        replies.add(
            packet == null
                ? "closed"
                : packet.header().getXid()
                    + ": "
                    + (refused ? "zxid " + packet.header().getZxid() + ", " : "")
                    + "error "
                    + packet.header().getErr());
        expected += refused ? 1 : 0;
      }
    }
    return replies;
  }

  private static void send(RawClient client, Record... records) throws IOException {
    client.send(ByteBuffer.wrap(RawClient.encode(records)));
  }

  // --- the throttle -----------------------------------------------------------------------------

  @Test
  void throttledRequestsAreAllAnswered() throws Exception {
    SessionRules rules = new SessionRules(Set.of(), LocalSessionMode.OFF, false, 2);
    int requests = 200;
    try (TestServer server = start(rules);
        TestClient one = server.connect();
        TestClient two = server.connect();
        TestClient three = server.connect()) {
      CountDownLatch answered = new CountDownLatch(3 * 2 * requests);
      for (int i = 0; i < requests; i++) {
        for (TestClient client : List.of(one, two, three)) {
          client.zk.create(
              "/n-",
              new byte[0],
              Ids.OPEN_ACL_UNSAFE,
              CreateMode.PERSISTENT_SEQUENTIAL,
              (rc, path, context, name) -> answered.countDown(),
              null);
          client.zk.exists("/", false, (rc, path, context, stat) -> answered.countDown(), null);
        }
      }
      assertThat(answered.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(one.zk.getChildren("/", false)).hasSize(3 * requests + 1);
    }
  }

  private TestServer start(SessionRules rules) throws Exception {
    return TestServer.withRules(directory.resolve("metastore"), rules, store -> store);
  }

  private static String raw(TestServer server, String word) throws IOException {
    return server.raw(word.getBytes(StandardCharsets.UTF_8));
  }
}
