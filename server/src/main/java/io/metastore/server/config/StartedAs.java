package io.metastore.server.config;

import java.util.Map;

/** The command that starts the server. A few flags have other defaults than in etcd. */
public enum StartedAs {
  /** {@code bin/etcd}: only the ports that etcd would open. */
  ETCD,

  /** {@code bin/metastore serve}: also the usual port of ZooKeeper. */
  METASTORE,

  /** {@code bin/zkServer.sh}, with ZooKeeper's configuration file instead of flags. */
  ZOOKEEPER;

  /** The flags whose defaults differ from {@link EtcdFlags}. */
  Map<String, Setting> defaults() {
    return switch (this) {
      case METASTORE ->
          Map.of(
              EtcdFlags.LISTEN_ZOOKEEPER_URLS,
              Setting.parse(
                  EtcdFlags.get(EtcdFlags.LISTEN_ZOOKEEPER_URLS), "tcp://localhost:2181"));
      case ETCD, ZOOKEEPER -> Map.of();
    };
  }
}
