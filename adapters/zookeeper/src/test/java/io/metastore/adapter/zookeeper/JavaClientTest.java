package io.metastore.adapter.zookeeper;

import static io.metastore.adapter.zookeeper.TestClient.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.core.api.Outcome;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.command.Command;
import io.metastore.core.command.CreateNode;
import io.metastore.core.command.NodeOp;
import io.metastore.core.command.SetNodeData;
import io.metastore.core.command.Txn;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.StatsTrack;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.admin.ZooKeeperAdmin;
import org.apache.zookeeper.cli.DelQuotaCommand;
import org.apache.zookeeper.cli.ListQuotaCommand;
import org.apache.zookeeper.cli.SetQuotaCommand;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Tests with ZooKeeper's Java client. Every test uses nodes below its own node. */
class JavaClientTest {
  @TempDir static Path directory;
  private static TestServer server;

  private TestClient client;
  private TestClient other;
  private ZooKeeper zk;
  private String own;

  @BeforeAll
  static void startServer() throws Exception {
    server = TestServer.start(directory);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void connect(TestInfo test) throws Exception {
    client = server.connect();
    other = server.connect();
    zk = client.zk;
    own = client.create("/" + test.getTestMethod().orElseThrow().getName());
  }

  @AfterEach
  void disconnect() throws Exception {
    client.close();
    other.close();
  }

  @Test
  void nodesAreCreatedReadSetAndDeleted() throws Exception {
    Stat created = new Stat();
    zk.create(own + "/a", bytes("1"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, created);
    assertThat(created.getVersion()).isZero();
    Stat read = new Stat();
    assertThat(zk.getData(own + "/a", false, read)).isEqualTo(bytes("1"));
    assertThat(read).isEqualTo(created);
    Stat set = zk.setData(own + "/a", bytes("22"), 0);
    assertThat(set.getVersion()).isEqualTo(1);
    assertThat(set.getDataLength()).isEqualTo(2);
    assertThat(set.getMzxid()).isGreaterThan(created.getMzxid());
    assertThat(zk.getChildren(own, false)).containsExactly("a");
    assertThat(zk.getAllChildrenNumber(own)).isEqualTo(1);
    zk.delete(own + "/a", 1);
    assertThat(zk.exists(own + "/a", false)).isNull();
    Stat parent = new Stat();
    assertThat(zk.getChildren(own, false, parent)).isEmpty();
    assertThat(parent.getCversion()).isEqualTo(2);
    assertThat(parent.getVersion()).isZero();
  }

  @Test
  void errorsAreZooKeepers() throws Exception {
    client.create(own + "/a");
    client.create(own + "/e", "", CreateMode.EPHEMERAL);
    assertCode(Code.NODEEXISTS, () -> client.create(own + "/a"));
    assertCode(Code.NONODE, () -> client.create(own + "/x/y"));
    assertCode(Code.NOCHILDRENFOREPHEMERALS, () -> client.create(own + "/e/x"));
    assertCode(Code.BADVERSION, () -> zk.setData(own + "/a", bytes(""), 9));
    assertCode(Code.NONODE, () -> zk.getData(own + "/x", false, null));
    assertCode(Code.NONODE, () -> zk.getACL(own + "/x", null));
    assertCode(Code.NOTEMPTY, () -> zk.delete(own, -1));
    assertCode(Code.BADARGUMENTS, () -> zk.delete("/zookeeper", -1));
    assertCode(
        Code.INVALIDACL,
        () -> zk.create(own + "/b", null, Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT));
    assertCode(Code.NOWATCHER, () -> zk.removeAllWatches(own, Watcher.WatcherType.Data, false));
  }

  @Test
  void modesOfNodes() throws Exception {
    assertThat(client.create(own + "/s-", "", CreateMode.PERSISTENT_SEQUENTIAL))
        .isEqualTo(own + "/s-0000000000");
    assertThat(client.create(own + "/e-", "", CreateMode.EPHEMERAL_SEQUENTIAL))
        .isEqualTo(own + "/e-0000000001");
    client.create(own + "/c", "", CreateMode.CONTAINER);
    Stat stat = new Stat();
    zk.create(own + "/t", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, stat, 1000);
    assertThat(stat.getEphemeralOwner()).isZero();
    assertThat(zk.getData(own + "/t", false, null)).isNull();
    assertThat(zk.exists(own + "/e-0000000001", false).getEphemeralOwner())
        .isEqualTo(zk.getSessionId());
    assertThat(zk.getEphemerals(own)).containsExactly(own + "/e-0000000001");
  }

  @Test
  void multisAreAllOrNothing() throws Exception {
    List<OpResult> done =
        zk.multi(
            List.of(
                Op.create(own + "/a", bytes("1"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
                Op.create(own + "/a/b", bytes(""), Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER),
                Op.setData(own + "/a", bytes("2"), 0),
                Op.check(own + "/a", 1),
                Op.delete(own + "/a/b", -1)));
    assertThat(done).hasSize(5);
    assertThat(((OpResult.CreateResult) done.get(0)).getPath()).isEqualTo(own + "/a");
    assertThat(((OpResult.SetDataResult) done.get(2)).getStat().getVersion()).isEqualTo(1);
    assertThatThrownBy(
            () ->
                zk.multi(
                    List.of(
                        Op.setData(own + "/a", bytes("3"), -1),
                        Op.delete(own + "/nope", -1),
                        Op.delete(own + "/a", -1))))
        .isInstanceOfSatisfying(
            KeeperException.NoNodeException.class,
            e ->
                assertThat(e.getResults())
                    .containsExactly(
                        new OpResult.ErrorResult(0),
                        new OpResult.ErrorResult(Code.NONODE.intValue()),
                        new OpResult.ErrorResult(Code.RUNTIMEINCONSISTENCY.intValue())));
    assertThat(zk.getData(own + "/a", false, null)).isEqualTo(bytes("2"));
    List<OpResult> reads =
        zk.multi(List.of(Op.getData(own + "/a"), Op.getChildren(own), Op.getData(own + "/x")));
    assertThat(((OpResult.GetDataResult) reads.get(0)).getData()).isEqualTo(bytes("2"));
    assertThat(((OpResult.GetChildrenResult) reads.get(1)).getChildren()).containsExactly("a");
    assertThat(((OpResult.ErrorResult) reads.get(2)).getErr()).isEqualTo(Code.NONODE.intValue());
  }

  @Test
  void watchesFireOnce() throws Exception {
    zk.exists(own + "/a", client.watcher);
    zk.getChildren(own, client.watcher);
    other.create(own + "/a");
    assertThat(client.nextEvent()).isEqualTo("NodeCreated " + own + "/a");
    assertThat(client.nextEvent()).isEqualTo("NodeChildrenChanged " + own);
    zk.getData(own + "/a", client.watcher, null);
    other.zk.setData(own + "/a", bytes("1"), -1);
    other.zk.setData(own + "/a", bytes("2"), -1);
    assertThat(client.nextEvent()).isEqualTo("NodeDataChanged " + own + "/a");
    zk.getData(own + "/a", client.watcher, null);
    zk.getChildren(own + "/a", client.watcher);
    other.zk.delete(own + "/a", -1);
    assertThat(client.nextEvent()).isEqualTo("NodeDeleted " + own + "/a");
    zk.sync(own);
    assertThat(client.eventsSoFar()).isEmpty();
  }

  @Test
  void persistentWatchesStay() throws Exception {
    zk.addWatch(own, client.watcher, AddWatchMode.PERSISTENT_RECURSIVE);
    other.zk.addWatch(own, other.watcher, AddWatchMode.PERSISTENT);
    client.create(own + "/a");
    client.create(own + "/a/b");
    zk.setData(own + "/a/b", bytes("1"), -1);
    zk.delete(own + "/a/b", -1);
    zk.setData(own, bytes("1"), -1);
    for (String event :
        List.of(
            "NodeCreated " + own + "/a",
            "NodeCreated " + own + "/a/b",
            "NodeDataChanged " + own + "/a/b",
            "NodeDeleted " + own + "/a/b",
            "NodeDataChanged " + own)) {
      assertThat(client.nextEvent()).isEqualTo(event);
    }
    assertThat(other.nextEvent()).isEqualTo("NodeChildrenChanged " + own);
    assertThat(other.nextEvent()).isEqualTo("NodeDataChanged " + own);
    zk.removeWatches(own, client.watcher, Watcher.WatcherType.Any, false);
    client.create(own + "/c");
    assertThat(other.nextEvent()).isEqualTo("NodeChildrenChanged " + own);
    assertThat(client.eventsSoFar()).containsExactly("PersistentWatchRemoved " + own);
  }

  @Test
  void eventIsSentBeforeAReplyThatShowsItsChange() throws Exception {
    for (int i = 0; i < 200; i++) {
      List<String> order = new ArrayList<>();
      CompletableFuture<Void> told = new CompletableFuture<>();
      byte[] before = zk.getData(own, event -> order.add("event"), null);
      CompletableFuture<Void> written = new CompletableFuture<>();
      byte[] after = bytes("" + i);
      other.zk.setData(own, after, -1, (rc, path, ctx, stat) -> written.complete(null), null);
      readUntil(after, order, told);
      told.get(60, TimeUnit.SECONDS);
      written.get(60, TimeUnit.SECONDS);
      assertThat(before).isNotEqualTo(after);
      assertThat(order).containsExactly("event", "reply");
    }
  }

  @Test
  void eventsAndAnswersToOwnWritesComeInTheOrderOfTheirZxids() throws Exception {
    int count = 500;
    List<Long> zxids = new ArrayList<>();
    CompletableFuture<Void> answered = new CompletableFuture<>();
    CompletableFuture<Void> othersAnswered = new CompletableFuture<>();
    zk.addWatch(own, event -> zxids.add(event.getZxid()), AddWatchMode.PERSISTENT);
    for (int i = 1; i <= count; i++) {
      int number = i;
      zk.setData(
          own,
          bytes("own"),
          -1,
          (rc, path, ctx, stat) -> {
            zxids.add(stat.getMzxid());
            if (number == count) {
              answered.complete(null);
            }
          },
          null);
      other.zk.setData(
          own,
          bytes("other"),
          -1,
          (rc, path, ctx, stat) -> {
            if (number == count) {
              othersAnswered.complete(null);
            }
          },
          null);
    }
    answered.get(60, TimeUnit.SECONDS);
    othersAnswered.get(60, TimeUnit.SECONDS);
    // The events of all changes before it have arrived when it is answered, and the client's thread
    // for events calls back for them first.
    CompletableFuture<Void> read = new CompletableFuture<>();
    zk.getData(own, false, (rc, path, ctx, data, stat) -> read.complete(null), null);
    read.get(60, TimeUnit.SECONDS);
    assertThat(zxids).isSorted().hasSize(3 * count);
  }

  /** Reads repeatedly until the new data is returned, and records that reply. */
  private void readUntil(byte[] expected, List<String> order, CompletableFuture<Void> told) {
    zk.getData(
        own,
        false,
        (rc, path, ctx, data, stat) -> {
          if (Arrays.equals(data, expected)) {
            order.add("reply");
            told.complete(null);
          } else {
            readUntil(expected, order, told);
          }
        },
        null);
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrderAndSeeTheWritesBeforeThem() throws Exception {
    int count = 300;
    List<Integer> order = new ArrayList<>();
    CompletableFuture<Void> last = new CompletableFuture<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      zk.setData(
          own, bytes("" + i), -1, (rc, path, ctx, stat) -> order.add(stat.getVersion() - 1), null);
      zk.getData(
          own,
          false,
          (rc, path, ctx, data, stat) -> {
            order.add(stat.getVersion() - 1);
            if (number == count - 1) {
              last.complete(null);
            }
          },
          null);
    }
    last.get(60, TimeUnit.SECONDS);
    for (int i = 0; i < count; i++) {
      assertThat(order.get(2 * i)).isEqualTo(i);
      assertThat(order.get(2 * i + 1)).isEqualTo(i);
    }
  }

  @Test
  void theEndOfASessionDeletesItsEphemerals() throws Exception {
    other.create(own + "/e", "", CreateMode.EPHEMERAL);
    zk.exists(own + "/e", client.watcher);
    other.close();
    assertThat(client.nextEvent()).isEqualTo("NodeDeleted " + own + "/e");
  }

  @Test
  void aSessionSurvivesItsConnectionAndItsWatchesToo() throws Exception {
    client.create(own + "/e", "", CreateMode.EPHEMERAL);
    zk.getData(own, client.watcher, null);
    zk.addWatch(own + "/e", client.watcher, AddWatchMode.PERSISTENT);
    long session = zk.getSessionId();
    TestServer.cut(zk);
    client.await(KeeperState.Disconnected);
    client.await(KeeperState.SyncConnected);
    assertThat(zk.getSessionId()).isEqualTo(session);
    assertThat(zk.exists(own + "/e", false)).isNotNull();
    other.zk.setData(own, bytes("1"), -1);
    assertThat(client.nextEvent()).isEqualTo("NodeDataChanged " + own);
    other.zk.setData(own + "/e", bytes("1"), -1);
    assertThat(client.nextEvent()).isEqualTo("NodeDataChanged " + own + "/e");
  }

  @Test
  void movedSessionClosesItsPreviousConnection() throws Exception {
    ZooKeeper second =
        new ZooKeeper(
            server.address(), 30_000, event -> {}, zk.getSessionId(), zk.getSessionPasswd());
    second.exists(own, false);
    client.await(KeeperState.Disconnected);
    assertThat(second.getSessionId()).isEqualTo(zk.getSessionId());
    second.close();
  }

  @Test
  void sessionIdAloneDoesNotGiveAccessToASession() throws Exception {
    CompletableFuture<KeeperState> state = new CompletableFuture<>();
    ZooKeeper thief =
        new ZooKeeper(
            server.address(),
            30_000,
            event -> state.complete(event.getState()),
            zk.getSessionId(),
            new byte[16]);
    assertThat(state.get(60, TimeUnit.SECONDS)).isEqualTo(KeeperState.Expired);
    thief.close();
    assertThat(zk.exists(own, false)).isNotNull();
  }

  @Test
  void aSilentSessionExpires() throws Exception {
    try (TestClient silent = TestClient.connect(server.address(), 1000)) {
      silent.create(own + "/e", "", CreateMode.EPHEMERAL);
      zk.exists(own + "/e", client.watcher);
      silent.zk.getTestable().injectSessionExpiration();
      // The client's test hook changes only the client's state. Another client shows the state of
      // the server.
      assertThat(client.nextEvent()).isEqualTo("NodeDeleted " + own + "/e");
    }
  }

  @Test
  void accessListsAreKept() throws Exception {
    zk.addAuthInfo("digest", bytes("alice:secret"));
    zk.create(own + "/a", bytes("1"), Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
    assertThat(zk.getACL(own + "/a", null).get(0).getId().getId()).startsWith("alice:");
    assertThat(zk.getData(own + "/a", false, null)).isEqualTo(bytes("1"));
    assertCode(Code.NOAUTH, () -> other.zk.getData(own + "/a", false, null));
    assertCode(Code.NOAUTH, () -> other.zk.exists(own + "/a", false));
    assertCode(Code.NOAUTH, () -> other.zk.setData(own + "/a", bytes("2"), -1));
    assertCode(Code.NOAUTH, () -> other.create(own + "/a/b"));
    ACL reader = new ACL(Perms.READ, new Id("world", "anyone"));
    zk.setACL(own + "/a", Arrays.asList(Ids.CREATOR_ALL_ACL.get(0), reader), 0);
    assertThat(other.zk.getData(own + "/a", false, null)).isEqualTo(bytes("1"));
    assertThat(other.zk.getACL(own + "/a", null).get(0).getId().getId()).isEqualTo("alice:x");
    assertThat(zk.whoAmI())
        .extracting(info -> info.getAuthScheme() + " " + info.getUser())
        .containsExactly("ip 127.0.0.1", "digest alice");
    other.zk.addAuthInfo("digest", bytes("alice:secret"));
    other.zk.setData(own + "/a", bytes("2"), -1);
  }

  @Test
  void quotasOfZooKeepersCommandLineAreEnforced() throws Exception {
    StatsTrack limits = new StatsTrack("count=1,bytes=-1=;byteHardLimit=4;countHardLimit=3");
    assertThat(SetQuotaCommand.createQuota(zk, own, limits)).isTrue();
    client.create(own + "/a", "12", CreateMode.PERSISTENT);
    assertThat(ListQuotaCommand.listQuota(zk, own).toString()).contains("count=2,bytes=2");
    client.create(own + "/b");
    assertCode(Code.QUOTAEXCEEDED, () -> client.create(own + "/c"));
    assertCode(Code.QUOTAEXCEEDED, () -> zk.setData(own + "/b", bytes("123"), -1));
    zk.delete(own + "/a", -1);
    zk.setData(own + "/b", bytes("123"), -1);
    StatsTrack both = new StatsTrack("count=1,bytes=1=;byteHardLimit=1;countHardLimit=1");
    assertThat(DelQuotaCommand.delQuota(zk, own, both)).isTrue();
    client.create(own + "/d", "more than 4 bytes", CreateMode.PERSISTENT);
  }

  @Test
  void theConfigurationNodeNamesTheServers() throws Exception {
    ZooKeeperAdmin admin = new ZooKeeperAdmin(server.address(), 20_000, client.watcher);
    Stat stat = new Stat();
    assertThat(new String(admin.getConfig(false, stat), StandardCharsets.UTF_8))
        .matches("server.1=127.0.0.1:\\d+:3888:participant;localhost:2181\nversion=0");
    assertThat(stat.getMzxid()).isZero();
    assertThat(stat.getVersion()).isEqualTo(-1);
    assertCode(Code.NOAUTH, () -> zk.setData(ZooDefs.CONFIG_NODE, bytes(""), -1));
    assertCode(
        Code.RECONFIGDISABLED,
        () -> admin.reconfigure("server.2=b:2888:3888;2181", null, null, -1, null));
    admin.close();
    zk.getConfig(client.watcher, null);
    other.zk.addAuthInfo("digest", bytes("admin:admin"));
    other.zk.setData(ZooDefs.CONFIG_NODE, bytes("changed"), -1);
    assertThat(client.nextEvent()).isEqualTo("NodeDataChanged " + ZooDefs.CONFIG_NODE);
  }

  @Test
  void fourLetterWords() throws Exception {
    assertThat(server.raw(bytes("ruok"))).isEqualTo("imok");
    assertThat(server.raw(bytes("isro"))).isEqualTo("rw");
    assertThat(server.raw(bytes("srvr")))
        .matches(
            """
            Zookeeper version: 3.9.5-.*
            Latency min/avg/max: \\d+/[\\d.]+/\\d+
            Received: \\d+
            Sent: \\d+
            Connections: \\d+
            Outstanding: \\d+
            Zxid: 0x[0-9a-f]+
            Mode: standalone
            Node count: \\d+
            """);
    assertThat(server.raw(bytes("stat"))).contains("Clients:\n /127.0.0.1:");
    assertThat(server.raw(bytes("mntr"))).contains("zk_server_state\tstandalone\n");
    assertThat(server.raw(bytes("dump"))).contains("0x" + Long.toHexString(zk.getSessionId()));
    for (String word : List.of("conf", "envi", "wchs", "cons", "srst")) {
      assertThat(server.raw(bytes(word))).as(word).isNotEmpty();
    }
  }

  @Test
  void malformedPacketClosesTheConnection() throws Exception {
    assertThat(server.raw(new byte[] {-1, -1, -1, -1})).isEmpty();
    assertThat(server.raw(new byte[] {0x7f, 0, 0, 0})).isEmpty();
    assertThat(server.raw(new byte[] {0, 0, 0, 4, 0, 0, 0, 0})).isEmpty();
    assertThat(server.raw(bytes("GET / HTTP/1.1\r\n\r\n"))).isEmpty();
    assertThat(zk.exists(own, false)).isNotNull();
  }

  @Test
  void aTransactionOfTheNativeApiFiresWatches() throws Exception {
    zk.getData(own, client.watcher, null);
    CreateNode create =
        CreateNode.newBuilder().setPath(own + "/c").addAllAcl(ZnodeAcl.OPEN.entries()).build();
    SetNodeData set = SetNodeData.newBuilder().setPath(own).setVersion(-1).build();
    Txn txn =
        Txn.newBuilder()
            .addSuccess(op(NodeOp.newBuilder().setCreate(create)))
            .addSuccess(op(NodeOp.newBuilder().setSetData(set)))
            .build();

    Outcome outcome = server.node.submit(Command.newBuilder().setTxn(txn).build()).join();

    assertThat(client.nextEvent()).isEqualTo("NodeDataChanged " + own);
    Stat stat = zk.exists(own + "/c", false);
    assertThat(stat.getCzxid()).isEqualTo(outcome.revision());
    assertThat(zk.exists(own, false).getMzxid()).isEqualTo(outcome.revision());
  }

  private static io.metastore.core.command.Op op(NodeOp.Builder node) {
    return io.metastore.core.command.Op.newBuilder().setNode(node).build();
  }

  @Test
  void manyChildrenAreListed() throws Exception {
    CompletableFuture<Void> last = new CompletableFuture<>();
    for (int i = 0; i < 3000; i++) {
      boolean end = i == 2999;
      zk.create(
          own + "/n" + i,
          null,
          Ids.OPEN_ACL_UNSAFE,
          CreateMode.PERSISTENT,
          (rc, path, ctx, name) -> {
            if (end) {
              last.complete(null);
            }
          },
          null);
    }
    last.get(60, TimeUnit.SECONDS);
    assertThat(zk.getChildren(own, client.watcher)).hasSize(3000);
    assertThat(zk.getAllChildrenNumber(own)).isEqualTo(3000);
    other.create(own + "/more");
    assertThat(client.nextEvent()).isEqualTo("NodeChildrenChanged " + own);
  }

  private interface Call {
    void run() throws Exception;
  }

  private static void assertCode(Code code, Call call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(KeeperException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
