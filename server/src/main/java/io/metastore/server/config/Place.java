package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

/**
 * A member's place in a cluster.
 *
 * @param self one of the cluster's members
 */
public record Place(InitialCluster cluster, InitialCluster.Member self) {
  public Place {
    requireNonNull(cluster, "cluster");
    requireNonNull(self, "self");
  }

  /**
   * The place of one of the members.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Place in(InitialCluster cluster, long memberId) {
    InitialCluster.Member self = cluster.find(memberId);
    if (self == null) {
      throw new IllegalArgumentException("no member " + Long.toHexString(memberId));
    }
    return new Place(cluster, self);
  }
}
