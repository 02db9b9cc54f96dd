package org.apache.zookeeper.server;

import org.apache.zookeeper.server.quorum.QuorumPeerMain;

/** Starts Metastore as a single server; the same as {@link QuorumPeerMain}. */
public final class ZooKeeperServerMain {
  private ZooKeeperServerMain() {}

  /**
   * Starts the server.
   *
   * @param arguments the path of {@code zoo.cfg}; or the client port, the data directory, and
   *     optionally the tick time and the connections from one address
   */
  public static void main(String[] arguments) throws ReflectiveOperationException {
    QuorumPeerMain.main(arguments);
  }
}
