package io.metastore.core.raft;

import static java.util.Objects.requireNonNull;

/**
 * One member of the Raft group.
 *
 * @param id the member ID, as in etcd's API
 * @param peerUrls the URLs at which the other members reached it when it was added, separated by
 *     commas. Raft never changes them; {@link PeerDialer} knows the present ones
 */
public record RaftMember(long id, String peerUrls) {

  public RaftMember {
    requireNonNull(peerUrls, "peerUrls");
  }
}
