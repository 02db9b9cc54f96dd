package io.metastore.core.api;

import java.util.List;

/**
 * A member of the cluster.
 *
 * @param name empty if the member has never been up
 * @param peerUrls where the other members reach it
 * @param clientUrls where clients reach it; empty if the member has never been up
 * @param learner whether it is sent the log but has no vote
 */
public record MemberInfo(
    long id, String name, List<String> peerUrls, List<String> clientUrls, boolean learner) {

  public MemberInfo {
    peerUrls = List.copyOf(peerUrls);
    clientUrls = List.copyOf(clientUrls);
  }
}
