package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

/**
 * A member that was started without a cluster.
 *
 * @param name the member's name, from its configuration
 * @param peerUrl URL at which the other members reach it
 */
public record NewMember(String name, String peerUrl) {
  public NewMember {
    requireNonNull(name, "name");
    requireNonNull(peerUrl, "peerUrl");
  }
}
