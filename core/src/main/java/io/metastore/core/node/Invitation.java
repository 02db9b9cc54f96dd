package io.metastore.core.node;

import static java.util.Objects.requireNonNull;

import io.metastore.core.api.NewMember;
import java.util.Map;

/**
 * The cluster that a waiting member is invited to.
 *
 * @param memberId ID of the invited member in that cluster
 * @param clusterRuns whether the cluster is already running; otherwise these members start it
 * @param members all members by ID, including the invited one
 */
public record Invitation(
    long clusterId, long memberId, boolean clusterRuns, Map<Long, NewMember> members) {
  public Invitation {
    members = Map.copyOf(members);
    requireNonNull(members.get(memberId), "the invited member is among the members");
  }
}
