package io.metastore.core.node;

import io.metastore.core.raft.PeerListen;
import io.metastore.core.raft.RaftMember;
import io.metastore.core.storage.StorageOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A member that is alone in its cluster, for the tests of this and other modules. */
public final class LoneMember {
  private static final int TIMEOUT_S = 60;
  private static final int ELECTION_TIMEOUT_MS = 500;

  /** One for each member, so that those of one process do not meet in JMX. */
  private static final AtomicLong CLUSTERS = new AtomicLong();

  private LoneMember() {}

  /**
   * Starts a member and waits until it serves. The caller closes it.
   *
   * @param directory of its data
   * @param maxRequestBytes size of the largest command
   */
  public static Node start(Path directory, int maxRequestBytes) throws Exception {
    return start(directory, maxRequestBytes, ZookeeperServers.NONE);
  }

  /**
   * As {@link #start(Path, int)}.
   *
   * @param zookeeper the servers that ZooKeeper's clients find in {@code /zookeeper/config}
   */
  public static Node start(Path directory, int maxRequestBytes, ZookeeperServers zookeeper)
      throws Exception {
    return start(directory, maxRequestBytes, zookeeper, ELECTION_TIMEOUT_MS);
  }

  /**
   * As {@link #start(Path, int, ZookeeperServers)}.
   *
   * @param electionTimeoutMs a process that a busy machine pauses for twice as long gives up the
   *     leadership, and writes fail meanwhile; also the shortest TTL of leases depends on it
   */
  public static Node start(
      Path directory, int maxRequestBytes, ZookeeperServers zookeeper, int electionTimeoutMs)
      throws Exception {
    int port = freePort();
    Node node =
        Node.start(
            new NodeConfig(
                CLUSTERS.incrementAndGet(),
                1,
                "m1",
                List.of(new RaftMember(1, "http://127.0.0.1:" + port)),
                NodeConfig.Beginning.FOUNDED,
                List.of("http://127.0.0.1:2379"),
                PeerListen.loopback(port),
                null,
                directory,
                directory.resolve("raft"),
                50,
                electionTimeoutMs,
                10_000,
                5000,
                maxRequestBytes,
                64 << 20,
                600_000,
                new StorageOptions(8 << 20, 8 << 20, 1 << 20),
                Duration.ofMillis(100),
                SpaceConfig.DEFAULT,
                new AccessConfig(AccessConfig.BCRYPT_COST_MIN, Duration.ofMinutes(5)),
                MemberRules.DEFAULT,
                CorruptionConfig.OFF,
                zookeeper),
            (why, cause) -> {
              throw new IllegalStateException(why, cause);
            });
    node.ready().get(TIMEOUT_S, TimeUnit.SECONDS);
    return node;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
