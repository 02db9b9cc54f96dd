package io.metastore.server.config;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds a member without data among the members with which its cluster starts. */
public final class InitialPlace {

  private InitialPlace() {}

  /** Finds the member in {@code --initial-cluster}. */
  static Place find(Values values) throws ConfigError {
    String name = values.text(EtcdFlags.NAME);
    List<EtcdUrl> advertised = values.urls(EtcdFlags.INITIAL_ADVERTISE_PEER_URLS);
    String cluster =
        values.isSet(EtcdFlags.INITIAL_CLUSTER)
            ? values.text(EtcdFlags.INITIAL_CLUSTER)
            : alone(name, advertised);
    InitialCluster.State state =
        values.text(EtcdFlags.INITIAL_CLUSTER_STATE).equals("existing")
            ? InitialCluster.State.EXISTING
            : InitialCluster.State.NEW;
    return find(name, advertised, cluster, values.text(EtcdFlags.INITIAL_CLUSTER_TOKEN), state);
  }

  /**
   * Finds the member in a cluster that was discovered.
   *
   * @param cluster in the format of {@code --initial-cluster}
   * @throws ConfigError with etcd's message, if the cluster is invalid or does not contain the
   *     member
   */
  public static Place find(
      String name,
      List<EtcdUrl> advertised,
      String cluster,
      String token,
      InitialCluster.State state)
      throws ConfigError {
    InitialCluster read;
    try {
      read = InitialCluster.parse(cluster, token, state);
    } catch (IllegalArgumentException e) {
      throw ConfigError.discovery("error setting up initial cluster: " + e.getMessage());
    }
    InitialCluster.Member self = read.find(name);
    if (self == null) {
      throw ConfigError.discovery(
          "couldn't find local name \"%s\" in the initial cluster configuration".formatted(name));
    }
    if (!areSame(self.peerUrls(), advertised)) {
      throw ConfigError.discovery(
          "--initial-cluster has %s but missing from --initial-advertise-peer-urls=%s"
              .formatted(alone(name, self.peerUrls()), EtcdUrl.join(advertised)));
    }
    List<EtcdUrl> urls =
        read.members().stream().flatMap(member -> member.peerUrls().stream()).toList();
    for (EtcdUrl url : urls) {
      if (url.isUnix()) {
        throw ConfigError.discovery(
            "--initial-cluster: members cannot connect to each other over Unix sockets (%s)"
                .formatted(url));
      }
    }
    // As texts: Java generates the methods that compare records when they are first called, which
    // would take a start 30 ms.
    if (urls.stream().map(EtcdUrl::toString).distinct().count() != urls.size()) {
      throw ConfigError.discovery("initial cluster %s has duplicate url".formatted(read.text()));
    }
    return new Place(read, self);
  }

  /** A cluster with this member only, in the format of {@code --initial-cluster}. */
  public static String alone(String name, List<EtcdUrl> urls) {
    return urls.stream().map(url -> name + "=" + url).collect(Collectors.joining(","));
  }

  /**
   * Whether two members have the same URLs. Compares resolved addresses, as etcd does: one URL may
   * have a host name and the other its IP address.
   */
  public static boolean areSame(List<EtcdUrl> urls, List<EtcdUrl> others) {
    return EtcdUrl.join(urls).equals(EtcdUrl.join(others)) || resolve(urls).equals(resolve(others));
  }

  private static Set<InetSocketAddress> resolve(List<EtcdUrl> urls) {
    return urls.stream().map(EtcdUrl::socketAddress).collect(Collectors.toSet());
  }
}
