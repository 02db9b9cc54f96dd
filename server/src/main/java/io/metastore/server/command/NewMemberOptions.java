package io.metastore.server.command;

import io.metastore.server.config.ConfigError;
import io.metastore.server.config.EtcdUrl;
import io.metastore.server.config.InitialCluster;
import io.metastore.server.config.InitialPlace;
import io.metastore.server.config.Place;
import picocli.CommandLine.Option;

/** The options that name a member of a new cluster: those of {@code etcdutl snapshot restore}. */
final class NewMemberOptions {
  @Option(
      names = "--initial-cluster",
      defaultValue = "default=http://localhost:2380",
      description = "Initial cluster configuration for restore bootstrap.")
  private String cluster = "";

  @Option(
      names = "--initial-cluster-token",
      defaultValue = "etcd-cluster",
      description = "Initial cluster token for the etcd cluster during restore bootstrap.")
  private String token = "";

  @Option(
      names = "--initial-advertise-peer-urls",
      defaultValue = "http://localhost:2380",
      description = "List of this member's peer URLs to advertise to the rest of the cluster.")
  private String peerUrls = "";

  @Option(
      names = "--name",
      defaultValue = "default",
      description = "Human-readable name for this member.")
  private String name = "";

  String name() {
    return name;
  }

  /**
   * The member and its cluster.
   *
   * @throws ConfigError if the options contradict each other
   */
  Place place() throws ConfigError {
    return InitialPlace.find(
        name, EtcdUrl.parseList(peerUrls), cluster, token, InitialCluster.State.STORED);
  }
}
