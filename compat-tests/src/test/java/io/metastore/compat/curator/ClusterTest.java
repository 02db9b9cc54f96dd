package io.metastore.compat.curator;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.compat.process.Await;
import io.metastore.compat.process.ClusterProcesses;
import io.metastore.compat.process.ServerProcess;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Three members form one ensemble for ZooKeeper clients. */
class ClusterTest {
  private static final int PATIENCE_S = 60;
  private static ClusterProcesses cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = ClusterProcesses.three(ClusterTest.class);
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  @Test
  void membersShowTheSameTreeAndNotifyTheirClients() throws Exception {
    List<ServerProcess> members = cluster.members();
    try (CuratorFramework one = client(members.get(0).zookeeperAddress());
        CuratorFramework two = client(members.get(1).zookeeperAddress());
        CuratorFramework three = client(members.get(2).zookeeperAddress())) {
      Stat created = new Stat();
      one.create().storingStatIn(created).forPath("/shared", bytes("0"));
      for (CuratorFramework client : List.of(two, three)) {
        client.sync().forPath("/shared");
        Stat seen = new Stat();
        assertThat(client.getData().storingStatIn(seen).forPath("/shared")).isEqualTo(bytes("0"));
        assertThat(seen).isEqualTo(created);
      }
      BlockingQueue<String> told = new LinkedBlockingQueue<>();
      CuratorWatcher note = event -> told.add(event.getType() + event.getPath());
      for (int i = 1; i <= 20; i++) {
        two.sync().forPath("/shared");
        byte[] before = two.getData().usingWatcher(note).forPath("/shared");
        assertThat(before).isEqualTo(bytes("" + (i - 1)));
        three.setData().forPath("/shared", bytes("" + i));
        assertThat(told.poll(PATIENCE_S, TimeUnit.SECONDS)).isEqualTo("NodeDataChanged/shared");
      }
    }
  }

  @Test
  void aSessionSurvivesTheLossOfTheLeader() throws Exception {
    try (CuratorFramework client = client(cluster.zookeeperAddresses())) {
      client.create().withMode(CreateMode.EPHEMERAL).forPath("/mine");
      client.create().forPath("/numbers");
      long session = client.getZookeeperClient().getZooKeeper().getSessionId();
      ServerProcess leader = cluster.leader();
      leader.kill();
      for (int i = 0; i < 20; i++) {
        int number = i;
        Await.until(
            "a write goes through",
            () -> client.create().orSetData().forPath("/numbers/" + number) != null);
      }
      assertThat(client.getZookeeperClient().getZooKeeper().getSessionId()).isEqualTo(session);
      assertThat(client.checkExists().forPath("/mine").getEphemeralOwner()).isEqualTo(session);
      leader.start();
      cluster.awaitReady();
      try (CuratorFramework other = client(leader.zookeeperAddress())) {
        other.sync().forPath("/");
        assertThat(other.getChildren().forPath("/numbers")).hasSize(20);
        assertThat(other.checkExists().forPath("/mine")).isNotNull();
      }
    }
    try (CuratorFramework other = client(cluster.zookeeperAddresses())) {
      Await.until("the session is closed", () -> other.checkExists().forPath("/mine") == null);
    }
  }

  private static CuratorFramework client(String addresses) throws InterruptedException {
    CuratorFramework client =
        CuratorFrameworkFactory.builder()
            .connectString(addresses)
            .sessionTimeoutMs(20_000)
            .retryPolicy(new ExponentialBackoffRetry(100, 8))
            .build();
    client.start();
    client.blockUntilConnected();
    return client;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
