package io.metastore.adapter.zookeeper;

import io.metastore.core.api.ClusterView;
import io.metastore.core.api.Metastore;
import java.security.SecureRandom;

/** State shared by the connections of a port. */
record PortContext(
    Metastore store,
    ZookeeperSettings settings,
    WatchTable watches,
    Sessions sessions,
    LocalSessions localSessions,
    RequestThrottle throttle,
    PacketMemory packetMemory,
    RequestMemory requestMemory,
    PortStats stats,
    Authenticator authenticator,
    Reconfiguration reconfiguration,
    SecureRandom random) {

  /**
   * How long a member waits for a leader before it serves read-only: an election is shorter.
   * Source: ZooKeeper's {@code QuorumPeer}.
   */
  private static final long READ_ONLY_AFTER_MS = 2000;

  /** What this member can serve now. */
  Serving serving() {
    ClusterView cluster = store.cluster();
    if (cluster.leaderId() != 0) {
      return Serving.READ_WRITE;
    }
    return settings.sessions().servesReadOnly() && cluster.leaderlessMs() >= READ_ONLY_AFTER_MS
        ? Serving.READ_ONLY
        : Serving.NOTHING;
  }
}
