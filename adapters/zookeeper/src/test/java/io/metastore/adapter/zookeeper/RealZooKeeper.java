package io.metastore.adapter.zookeeper;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/** ZooKeeper's own server, standalone and in this process. */
final class RealZooKeeper implements AutoCloseable {
  private static final int TICK_MS = 2000;

  static {
    System.setProperty("zookeeper.extendedTypesEnabled", "true");
    System.setProperty("zookeeper.enforceQuota", "true");
    System.setProperty(
        "zookeeper.DigestAuthenticationProvider.superDigest",
        TestServer.authentication(java.util.Map.of()).superDigest());
  }

  private final ServerCnxnFactory port = new NIOServerCnxnFactory();

  RealZooKeeper(Path directory) throws IOException, InterruptedException {
    port.configure(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ZooKeeperServer server = new ZooKeeperServer(directory.toFile(), directory.toFile(), TICK_MS);
    server.setMaxSessionTimeout(RawClient.SESSION_MS);
    port.startup(server);
  }

  int port() {
    return port.getLocalPort();
  }

  @Override
  public void close() {
    port.shutdown();
  }
}
