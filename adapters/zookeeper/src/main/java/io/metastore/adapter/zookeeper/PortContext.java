package io.metastore.adapter.zookeeper;

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
    SecureRandom random) {

  /** What this member can serve now. */
  Serving serving() {
    if (store.cluster().leaderId() != 0) {
      return Serving.READ_WRITE;
    }
    return settings.sessions().servesReadOnly() ? Serving.READ_ONLY : Serving.NOTHING;
  }
}
