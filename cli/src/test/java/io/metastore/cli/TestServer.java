package io.metastore.cli;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.metastore.adapter.metastore.MetastoreServices;
import io.metastore.adapter.metastore.MetastoreSettings;
import io.metastore.core.node.LoneMember;
import io.metastore.core.node.Node;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A cluster of one member that serves all native services on a port. */
final class TestServer implements AutoCloseable {
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
    return new TestServer(LoneMember.start(directory, 1_572_864));
  }

  String endpoint() {
    return "127.0.0.1:" + server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
    services.close();
    node.close();
  }
}
