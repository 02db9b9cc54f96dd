package io.metastore.core.raft;

import static java.util.Objects.requireNonNull;

/**
 * One member of the Raft group.
 *
 * @param id the etcd member id
 * @param peerAddress host and port that the others reach it at
 */
public record RaftMember(long id, String peerAddress) {

  public RaftMember {
    requireNonNull(peerAddress, "peerAddress");
  }
}
