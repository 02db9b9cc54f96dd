package io.metastore.adapter.zookeeper;

import io.metastore.core.node.AccessConfig;
import io.metastore.core.node.Node;
import io.metastore.core.node.NodeConfig;
import io.metastore.core.node.SpaceConfig;
import io.metastore.core.raft.RaftMember;
import io.metastore.core.storage.StorageOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.zookeeper.ZooKeeper;

/** A cluster of one member, and a port that serves ZooKeeper clients from its store. */
final class TestServer implements AutoCloseable {
  private static final AtomicLong CLUSTERS = new AtomicLong();
  private static final int TIMEOUT_S = 60;

  final Node node;
  final ZookeeperPort port;

  private TestServer(Node node, ZookeeperPort port) {
    this.node = node;
    this.port = port;
  }

  static TestServer start(Path directory) throws Exception {
    int peerPort = freePort();
    Node node =
        Node.start(
            new NodeConfig(
                CLUSTERS.incrementAndGet(),
                1,
                "m",
                List.of(new RaftMember(1, "127.0.0.1:" + peerPort)),
                NodeConfig.Beginning.FOUNDED,
                List.of(),
                List.of(loopback(peerPort)),
                null,
                directory,
                50,
                500,
                10_000,
                2 << 20,
                64 << 20,
                600_000,
                new StorageOptions(8 << 20, 8 << 20, 1 << 20),
                Duration.ofMillis(100),
                SpaceConfig.DEFAULT,
                AccessConfig.DEFAULT),
            (why, cause) -> {
              throw new IllegalStateException(why, cause);
            });
    node.ready().get(TIMEOUT_S, TimeUnit.SECONDS);
    ZookeeperSettings settings =
        new ZookeeperSettings(
            "3.9.4-test, built on 2026-11-29",
            1000,
            40_000,
            0xfffff,
            0,
            "admin:YNcrD2M8WWqh0EIfxkXYa8cYbrs=",
            Set.of("*"));
    return new TestServer(node, ZookeeperPort.start(List.of(loopback(0)), node, settings));
  }

  String address() {
    return "127.0.0.1:" + port.addresses().get(0).getPort();
  }

  /** Returns a connected client. */
  TestClient connect() throws Exception {
    return TestClient.connect(address(), 30_000);
  }

  /** Sends bytes and returns everything received until the server closes the connection. */
  String raw(byte[] bytes) throws IOException {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), port.addresses().get(0).getPort())) {
      socket.getOutputStream().write(bytes);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Closes a client's connection, but not its session. */
  static void cut(ZooKeeper client) throws Exception {
    client.getTestable().closeSocket();
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    port.close();
    node.close();
  }
}
