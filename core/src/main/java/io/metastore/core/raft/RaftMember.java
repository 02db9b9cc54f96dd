package io.metastore.core.raft;

import static java.util.Objects.requireNonNull;

/**
 * One member of the Raft group.
 *
 * @param id the member ID, as in etcd's API
 * @param peerAddress host and port at which the other members reach it
 */
public record RaftMember(long id, String peerAddress) {

  public RaftMember {
    requireNonNull(peerAddress, "peerAddress");
  }
}
