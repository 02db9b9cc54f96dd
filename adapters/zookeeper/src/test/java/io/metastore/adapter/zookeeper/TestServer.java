package io.metastore.adapter.zookeeper;

import io.metastore.adapter.zookeeper.ZookeeperPort.Listener;
import io.metastore.core.api.Metastore;
import io.metastore.core.command.ZookeeperServer;
import io.metastore.core.node.LoneMember;
import io.metastore.core.node.Node;
import io.metastore.core.node.ZookeeperServers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;

/** A cluster of one member, and a port that serves ZooKeeper clients from its store. */
final class TestServer implements AutoCloseable {
  private static final int REQUEST_BYTES_MAX = 2 << 20;

  private static final ZookeeperServers SERVERS =
      new ZookeeperServers(
          List.of(
              ZookeeperServer.newBuilder()
                  .setNumber(1)
                  .setElectionPort(3888)
                  .setClientHost("localhost")
                  .setClientPort(2181)
                  .build()),
          1);

  final Node node;
  final ZookeeperPort port;

  private TestServer(Node node, ZookeeperPort port) {
    this.node = node;
    this.port = port;
  }

  static TestServer start(Path directory) throws Exception {
    return start(directory, null, authentication(Map.of()));
  }

  /**
   * As {@link #start(Path)}, with an empty configuration node. Writes do not fail if the machine is
   * so busy that this process pauses for seconds.
   */
  static TestServer withoutConfiguration(Path directory) throws Exception {
    Node node =
        LoneMember.start(
            directory, REQUEST_BYTES_MAX, ZookeeperServers.NONE, /* electionTimeoutMs= */ 5000);
    return serve(node, null, authentication(Map.of()), SessionRules.DEFAULT, store -> store);
  }

  /**
   * As {@link #start(Path)}, with an empty configuration node, serving what the function makes of
   * the store.
   */
  static TestServer over(Path directory, UnaryOperator<Metastore> wrapper) throws Exception {
    return withRules(directory, SessionRules.DEFAULT, wrapper);
  }

  /** As {@link #over}, with rules for sessions. */
  static TestServer withRules(Path directory, SessionRules rules, UnaryOperator<Metastore> wrapper)
      throws Exception {
    return start(directory, null, authentication(Map.of()), ZookeeperServers.NONE, rules, wrapper);
  }

  /**
   * @param tls of the port; null for none
   */
  static TestServer start(
      Path directory, @Nullable ZookeeperTls tls, AuthenticationSettings authentication)
      throws Exception {
    return start(directory, tls, authentication, SERVERS, SessionRules.DEFAULT, store -> store);
  }

  private static TestServer start(
      Path directory,
      @Nullable ZookeeperTls tls,
      AuthenticationSettings authentication,
      ZookeeperServers servers,
      SessionRules rules,
      UnaryOperator<Metastore> wrapper)
      throws Exception {
    Node node = LoneMember.start(directory, REQUEST_BYTES_MAX, servers);
    return serve(node, tls, authentication, rules, wrapper);
  }

  private static TestServer serve(
      Node node,
      @Nullable ZookeeperTls tls,
      AuthenticationSettings authentication,
      SessionRules rules,
      UnaryOperator<Metastore> wrapper)
      throws IOException {
    ZookeeperSettings settings =
        new ZookeeperSettings(
            "3.9.5-test, built on 2026-11-29",
            1000,
            RawClient.SESSION_MS,
            0xfffff,
            0,
            Set.of("*"),
            authentication,
            /* enforcesQuotas= */ true,
            rules,
            ReconfigRules.DEFAULT);
    Listener listener =
        new Listener(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), tls != null);
    return new TestServer(
        node, ZookeeperPort.start(List.of(listener), tls, wrapper.apply(node), settings));
  }

  /** The super users are {@code admin:admin}, a certificate for {@code root} and SASL's root. */
  static AuthenticationSettings authentication(Map<String, String> saslUsers) {
    return authentication(
        new SaslSettings(
            saslUsers,
            null,
            PrincipalNames.UNCHANGED,
            Set.of("root"),
            /* servesFailedClients= */ false));
  }

  /** As {@link #authentication(Map)}, with other users of SASL. */
  static AuthenticationSettings authentication(SaslSettings sasl) {
    return new AuthenticationSettings("admin:x1nq8J5GOJVPY6zgzhtTtA9izLc=", "CN=root", sasl);
  }

  String address() {
    return "127.0.0.1:" + port();
  }

  int port() {
    return port.listeners().get(0).address().getPort();
  }

  /** Returns a connected client. */
  TestClient connect() throws Exception {
    return TestClient.connect(address(), 30_000);
  }

  /** Sends bytes and returns everything received until the server closes the connection. */
  String raw(byte[] bytes) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      socket.getOutputStream().write(bytes);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Closes a client's connection, but not its session. */
  static void cut(ZooKeeper client) throws Exception {
    client.getTestable().closeSocket();
  }

  @Override
  public void close() {
    port.close();
    node.close();
  }
}
