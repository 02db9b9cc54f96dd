package io.metastore.compat.migration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.compat.process.Await;
import io.metastore.compat.process.FreePorts;
import io.metastore.compat.process.ZooProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.ZooKeeper.States;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
@SuppressWarnings("try") // the client's close() declares InterruptedException
class ZookeeperMigrationTest {
  private static final int SESSION_MS = 30_000;

  @TempDir Path directory;

  @Test
  void clientsAndDataMoveFromZookeeperToMetastore() throws Exception {
    int port = FreePorts.next();
    Path config = config("zoo.cfg", directory.resolve("data"), port, "");
    try (ZooProcess old = ZooProcess.real(config)) {
      old.awaitServing(port);
      try (ZooKeeper client = connect(port)) {
        fill(client);
        Map<String, String> before = tree(client);
        long session = client.getSessionId();
        old.stop();
        try (ZooProcess ours = ZooProcess.ours(config)) {
          ours.awaitServing(port);
          Await.until("connected again", () -> client.getState() == States.CONNECTED);
          assertThat(tree(client)).isEqualTo(before);
          assertThat(client.getSessionId()).isEqualTo(session);
          assertThat(client.exists("/a/mine", false).getEphemeralOwner()).isEqualTo(session);
          assertThat(create(client, "/a/n-", CreateMode.PERSISTENT_SEQUENTIAL))
              .isEqualTo("/a/n-0000000003");
        }
      }
    }
  }

  @Test
  void dataMovesBackToZookeeper() throws Exception {
    int port = FreePorts.next();
    int admin = FreePorts.next();
    Path config =
        config(
            "ours.cfg",
            directory.resolve("ours"),
            port,
            "admin.enableServer=true\nadmin.serverAddress=127.0.0.1\nadmin.serverPort=%d\n"
                .formatted(admin));
    Path exported = directory.resolve("exported");
    Map<String, String> before;
    try (ZooProcess ours = ZooProcess.ours(config)) {
      ours.awaitServing(port);
      try (ZooKeeper client = connect(port)) {
        fill(client);
        before = tree(client);
        export(admin, exported);
        ours.stop();
      }
    }
    // The session is exported too, but not its password; so it lives until it expires.
    try (ZooProcess real = ZooProcess.real(config("real.cfg", exported, port, ""))) {
      real.awaitServing(port);
      try (ZooKeeper client = connect(port)) {
        assertThat(tree(client)).isEqualTo(before);
        assertThat(create(client, "/a/n-", CreateMode.PERSISTENT_SEQUENTIAL))
            .isEqualTo("/a/n-0000000003");
      }
    }
  }

  private static void export(int adminPort, Path directory) throws Exception {
    try (ZooProcess export =
        ZooProcess.command("export", "zookeeper", "127.0.0.1:" + adminPort, directory.toString())) {
      assertThat(export.awaitEnd()).isZero();
    }
  }

  @Test
  void threeServersOfOneConfigurationFormACluster() throws Exception {
    StringBuilder servers = new StringBuilder("initLimit=10\nsyncLimit=5\n");
    List<Integer> ports = new ArrayList<>();
    for (int id = 1; id <= 3; id++) {
      ports.add(FreePorts.next());
      servers.append(
          "server.%d=127.0.0.1:%d:%d;127.0.0.1:%d\n"
              .formatted(id, FreePorts.next(), FreePorts.next(), ports.get(id - 1)));
    }
    List<ZooProcess> started = new ArrayList<>();
    try {
      for (int id = 1; id <= 3; id++) {
        Path data = Files.createDirectories(directory.resolve("data" + id));
        Files.writeString(data.resolve("myid"), id + "\n");
        started.add(ZooProcess.ours(config("zoo" + id + ".cfg", data, 0, servers.toString())));
      }
      List<String> modes = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        modes.add(
            started.get(i).awaitServing(ports.get(i)).replaceAll("(?s).*Mode: (\\w+).*", "$1"));
      }
      assertThat(modes).containsExactlyInAnyOrder("leader", "follower", "follower");
      try (ZooKeeper one = connect(ports.get(0));
          ZooKeeper two = connect(ports.get(1))) {
        create(one, "/shared", CreateMode.PERSISTENT);
        two.sync("/");
        Await.until("seen by the other", () -> two.exists("/shared", false) != null);
      }
    } finally {
      started.forEach(ZooProcess::close);
    }
  }

  private Path config(String name, Path data, int port, String more) throws Exception {
    Files.createDirectories(data);
    return Files.writeString(
        directory.resolve(name),
        "dataDir=%s\ntickTime=2000\nadmin.enableServer=false\n%s%s"
            .formatted(
                data,
                port == 0 ? "" : "clientPort=" + port + "\nclientPortAddress=127.0.0.1\n",
                more)); // of a key that occurs twice, the second counts
  }

  private static ZooKeeper connect(int port) throws Exception {
    ZooKeeper client = new ZooKeeper("127.0.0.1:" + port, SESSION_MS, event -> {});
    client.addAuthInfo("digest", "user:secret".getBytes(UTF_8));
    Await.until("connected", () -> client.getState() == States.CONNECTED);
    return client;
  }

  private static String create(ZooKeeper client, String path, CreateMode mode) throws Exception {
    return client.create(path, path.getBytes(UTF_8), Ids.OPEN_ACL_UNSAFE, mode);
  }

  /** Nodes of all kinds, and changes of all kinds, so that the log has every type of entry. */
  private static void fill(ZooKeeper client) throws Exception {
    create(client, "/a", CreateMode.PERSISTENT);
    create(client, "/a/mine", CreateMode.EPHEMERAL);
    create(client, "/a/n-", CreateMode.PERSISTENT_SEQUENTIAL);
    create(client, "/a/n-", CreateMode.EPHEMERAL_SEQUENTIAL);
    create(client, "/box", CreateMode.CONTAINER);
    create(client, "/box/in", CreateMode.PERSISTENT);
    client.create(
        "/ttl", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, new Stat(), 100_000_000);
    client.create("/private", new byte[0], Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
    client.create("/readable", null, Ids.READ_ACL_UNSAFE, CreateMode.PERSISTENT);
    client.setData("/a", "changed".getBytes(UTF_8), 0);
    client.setACL("/ttl", Ids.CREATOR_ALL_ACL, 0);
    client.multi(
        List.of(
            Op.create("/multi", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
            Op.create("/multi/x", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
            Op.check("/a", 1),
            Op.delete("/multi/x", 0),
            Op.setData("/multi", new byte[3], 0)));
    try {
      client.multi(
          List.of(
              Op.create("/never", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
              Op.check("/a", 99)));
    } catch (KeeperException e) {
      assertThat(e.code()).isEqualTo(KeeperException.Code.BADVERSION);
    }
  }

  /** Data, Stat and access list of every node; those of ZooKeeper's own nodes may differ. */
  static Map<String, String> tree(ZooKeeper client) throws Exception {
    Map<String, String> nodes = new TreeMap<>();
    collect(client, "/", nodes);
    return nodes;
  }

  private static void collect(ZooKeeper client, String path, Map<String, String> nodes)
      throws Exception {
    Stat stat = new Stat();
    byte[] data = client.getData(path, false, stat);
    nodes.put(
        path,
        "%s %s %s"
            .formatted(
                data == null ? "null" : HexFormat.of().formatHex(data),
                stat.toString().replace("\n", ""),
                client.getACL(path, new Stat())));
    for (String child : client.getChildren(path, false)) {
      if (!child.equals("zookeeper")) {
        collect(client, path.equals("/") ? "/" + child : path + "/" + child, nodes);
      }
    }
  }
}
