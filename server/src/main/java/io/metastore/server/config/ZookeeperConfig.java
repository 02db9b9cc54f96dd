package io.metastore.server.config;

import java.util.List;
import java.util.Set;

/**
 * How ZooKeeper clients are served.
 *
 * @param listenUrls empty if they are not served
 * @param connectionsPerAddressMax maximum number of connections from one client address; 0 for no
 *     limit
 * @param words the four-letter words that are answered; {@code *} for all
 */
public record ZookeeperConfig(
    List<EtcdUrl> listenUrls, int connectionsPerAddressMax, Set<String> words) {

  public ZookeeperConfig {
    listenUrls = List.copyOf(listenUrls);
    words = Set.copyOf(words);
  }
}
