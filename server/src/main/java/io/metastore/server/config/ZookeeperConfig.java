package io.metastore.server.config;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How ZooKeeper clients are served.
 *
 * @param listenUrls empty if they are not served
 * @param connectionsPerAddressMax maximum number of connections from one client address; 0 for no
 *     limit
 * @param words the four-letter words that are answered; {@code *} for all
 * @param tickMs ZooKeeper's {@code tickTime}
 * @param sessionTimeoutMsMin the shortest session timeout granted
 * @param sessionTimeoutMsMax the longest session timeout granted
 * @param adminUrls addresses of the AdminServer
 * @param metricsUrls addresses that serve metrics under ZooKeeper's names
 * @param zooCfg ZooKeeper's configuration; null if the server is configured by etcd's flags
 */
public record ZookeeperConfig(
    List<EtcdUrl> listenUrls,
    int connectionsPerAddressMax,
    Set<String> words,
    int tickMs,
    int sessionTimeoutMsMin,
    int sessionTimeoutMsMax,
    List<EtcdUrl> adminUrls,
    List<EtcdUrl> metricsUrls,
    @Nullable ZooCfg zooCfg) {

  public ZookeeperConfig {
    listenUrls = List.copyOf(listenUrls);
    words = Set.copyOf(words);
    adminUrls = List.copyOf(adminUrls);
    metricsUrls = List.copyOf(metricsUrls);
  }
}
