package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

/**
 * A member that was started without a cluster.
 *
 * @param name as it was told at its start
 * @param peerAddress host and port that the others reach it at
 */
public record NewMember(String name, String peerAddress) {
  public NewMember {
    requireNonNull(name, "name");
    requireNonNull(peerAddress, "peerAddress");
  }
}
