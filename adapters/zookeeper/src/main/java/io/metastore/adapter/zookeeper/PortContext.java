package io.metastore.adapter.zookeeper;

import io.metastore.core.api.Metastore;
import java.security.SecureRandom;

/** State shared by the connections of a port. */
record PortContext(
    Metastore store,
    ZookeeperSettings settings,
    WatchTable watches,
    Sessions sessions,
    PortStats stats,
    Authenticator authenticator,
    SecureRandom random) {}
