package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

/**
 * A cluster and the member of it that this process runs.
 *
 * @param self one of the cluster's members
 */
public record Place(InitialCluster cluster, InitialCluster.Member self) {
  public Place {
    requireNonNull(cluster, "cluster");
    requireNonNull(self, "self");
  }

  /**
   * The member with this ID in the cluster.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Place in(InitialCluster cluster, long memberId) {
    InitialCluster.Member self = cluster.find(memberId);
    if (self == null) {
      throw new IllegalArgumentException("no member " + Long.toHexString(memberId));
    }
    return new Place(cluster, self);
  }
}
