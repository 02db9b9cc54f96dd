package io.metastore.adapter.zookeeper;

import io.metastore.core.api.Metastore;
import java.security.SecureRandom;

/** What the connections of one port share. */
record PortContext(
    Metastore store,
    ZookeeperSettings settings,
    WatchTable watches,
    Sessions sessions,
    PortStats stats,
    Authenticator authenticator,
    SecureRandom random) {}
