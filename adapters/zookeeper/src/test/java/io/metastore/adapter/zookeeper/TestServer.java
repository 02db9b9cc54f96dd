package io.metastore.adapter.zookeeper;

import io.metastore.core.node.LoneMember;
import io.metastore.core.node.Node;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.zookeeper.ZooKeeper;

/** A cluster of one member, and a port that serves ZooKeeper clients from its store. */
final class TestServer implements AutoCloseable {
  final Node node;
  final ZookeeperPort port;

  private TestServer(Node node, ZookeeperPort port) {
    this.node = node;
    this.port = port;
  }

  static TestServer start(Path directory) throws Exception {
    Node node = LoneMember.start(directory, 2 << 20);
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

  @Override
  public void close() {
    port.close();
    node.close();
  }
}
