package io.metastore.server.config;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds a member without data among the members that its cluster begins with. */
public final class InitialPlace {

  private InitialPlace() {}

  /** In {@code --initial-cluster}. */
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
   * In a cluster that was found in another way.
   *
   * @param cluster as {@code --initial-cluster} has it
   * @throws ConfigError in etcd's words, if the cluster cannot be read or has no such member
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
    if (!self.peerUrls().equals(advertised)
        && !resolve(self.peerUrls()).equals(resolve(advertised))) {
      throw ConfigError.discovery(
          "--initial-cluster has %s but missing from --initial-advertise-peer-urls=%s"
              .formatted(alone(name, self.peerUrls()), EtcdUrl.join(advertised)));
    }
    List<EtcdUrl> urls =
        read.members().stream().flatMap(member -> member.peerUrls().stream()).toList();
    for (EtcdUrl url : urls) {
      if (url.isUnix() || url.isSecure() != advertised.get(0).isSecure()) {
        throw ConfigError.discovery(
            "--initial-cluster: the URLs of members must all be http or all be https (%s)"
                .formatted(url));
      }
    }
    if (urls.stream().distinct().count() != urls.size()) {
      throw ConfigError.discovery("initial cluster %s has duplicate url".formatted(read.text()));
    }
    return new Place(read, self);
  }

  /** The member as the only one of a cluster, as {@code --initial-cluster} would have it. */
  public static String alone(String name, List<EtcdUrl> urls) {
    return urls.stream().map(url -> name + "=" + url).collect(Collectors.joining(","));
  }

  /** One may be given by name and the other by address; etcd takes that too. */
  private static Set<InetSocketAddress> resolve(List<EtcdUrl> urls) {
    return urls.stream().map(EtcdUrl::socketAddress).collect(Collectors.toSet());
  }
}
