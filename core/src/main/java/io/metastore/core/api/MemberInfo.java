package io.metastore.core.api;

import java.util.List;

/**
 * A member of the cluster.
 *
 * @param name empty if the member has never started
 * @param peerUrls URLs at which the other members reach it
 * @param clientUrls URLs at which clients reach it; empty if the member has never started
 * @param learner whether the member receives the log but does not vote
 */
public record MemberInfo(
    long id, String name, List<String> peerUrls, List<String> clientUrls, boolean learner) {

  public MemberInfo {
    peerUrls = List.copyOf(peerUrls);
    clientUrls = List.copyOf(clientUrls);
  }

  /** Whether the member has ever started. */
  public boolean hasStarted() {
    return !name.isEmpty();
  }
}
