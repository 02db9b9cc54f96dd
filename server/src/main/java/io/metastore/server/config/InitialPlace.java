package io.metastore.server.config;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds a member without data in {@code --initial-cluster}. */
final class InitialPlace {

  private InitialPlace() {}

  /**
   * @throws ConfigError in etcd's words, if the cluster cannot be read or has no such member
   */
  static Place find(Values values) throws ConfigError {
    String name = values.text(EtcdFlags.NAME);
    List<EtcdUrl> advertised = values.urls(EtcdFlags.INITIAL_ADVERTISE_PEER_URLS);
    String text = values.text(EtcdFlags.INITIAL_CLUSTER);
    InitialCluster cluster;
    try {
      cluster =
          InitialCluster.parse(
              values.isSet(EtcdFlags.INITIAL_CLUSTER) ? text : pairs(name, advertised),
              values.text(EtcdFlags.INITIAL_CLUSTER_TOKEN),
              values.text(EtcdFlags.INITIAL_CLUSTER_STATE).equals("existing")
                  ? InitialCluster.State.EXISTING
                  : InitialCluster.State.NEW);
    } catch (IllegalArgumentException e) {
      throw ConfigError.discovery("error setting up initial cluster: " + e.getMessage());
    }
    InitialCluster.Member self = cluster.find(name);
    if (self == null) {
      throw ConfigError.discovery(
          "couldn't find local name \"%s\" in the initial cluster configuration".formatted(name));
    }
    if (!self.peerUrls().equals(advertised)
        && !resolve(self.peerUrls()).equals(resolve(advertised))) {
      throw ConfigError.discovery(
          "--initial-cluster has %s but missing from --initial-advertise-peer-urls=%s"
              .formatted(pairs(name, self.peerUrls()), EtcdUrl.join(advertised)));
    }
    List<EtcdUrl> urls =
        cluster.members().stream().flatMap(member -> member.peerUrls().stream()).toList();
    for (EtcdUrl url : urls) {
      if (url.isSecure() || url.isUnix()) {
        throw ConfigError.discovery(
            "--initial-cluster: only http URLs can be reached (%s)".formatted(url));
      }
    }
    if (urls.stream().distinct().count() != urls.size()) {
      throw ConfigError.discovery("initial cluster %s has duplicate url".formatted(cluster.text()));
    }
    return new Place(cluster, self);
  }

  /** One may be given by name and the other by address; etcd takes that too. */
  private static Set<InetSocketAddress> resolve(List<EtcdUrl> urls) {
    return urls.stream().map(EtcdUrl::socketAddress).collect(Collectors.toSet());
  }

  private static String pairs(String name, List<EtcdUrl> urls) {
    List<String> pairs = new ArrayList<>();
    urls.forEach(url -> pairs.add(name + "=" + url));
    return String.join(",", pairs);
  }
}
