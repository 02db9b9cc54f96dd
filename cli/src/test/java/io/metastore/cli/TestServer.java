package io.metastore.cli;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.metastore.adapter.metastore.MetastoreServices;
import io.metastore.adapter.metastore.MetastoreSettings;
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
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A cluster of one member that serves all native services on a port. */
final class TestServer implements AutoCloseable {
  /**
   * A different cluster name for each member, so that members in one process do not share JMX
   * names.
   */
  private static final AtomicLong CLUSTERS = new AtomicLong();

  /** Reaches zero when the server has been asked to stop. */
  final CountDownLatch stopping = new CountDownLatch(1);

  private final Node node;
  private final MetastoreServices services;
  private final Server server;

  private TestServer(Node node) throws IOException {
    this.node = node;
    services =
        new MetastoreServices(node, new MetastoreSettings("0.0.0-test", stopping::countDown));
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    for (BindableService service : services.services()) {
      builder.addService(service);
    }
    server = builder.build().start();
  }

  static TestServer start(Path directory) throws Exception {
    int port = freePort();
    Node node =
        Node.start(
            new NodeConfig(
                CLUSTERS.incrementAndGet(),
                1,
                "m1",
                List.of(new RaftMember(1, "127.0.0.1:" + port)),
                NodeConfig.Beginning.FOUNDED,
                List.of("http://127.0.0.1:2379"),
                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)),
                null,
                directory,
                50,
                500,
                10_000,
                1_572_864,
                64 << 20,
                600_000,
                new StorageOptions(8 << 20, 8 << 20, 1 << 20),
                Duration.ofMillis(100),
                SpaceConfig.DEFAULT,
                AccessConfig.DEFAULT),
            (why, cause) -> {
              throw new IllegalStateException(why, cause);
            });
    node.ready().get(20, TimeUnit.SECONDS);
    return new TestServer(node);
  }

  String endpoint() {
    return "127.0.0.1:" + server.getPort();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
    services.close();
    node.close();
  }
}
