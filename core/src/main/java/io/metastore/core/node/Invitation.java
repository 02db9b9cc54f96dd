package io.metastore.core.node;

import static java.util.Objects.requireNonNull;

import io.metastore.core.api.NewMember;
import java.util.Map;

/**
 * What a member that waited is told of the cluster that it is to belong to.
 *
 * @param memberId what it is called there
 * @param clusterRuns whether the cluster runs already; else it begins with these members
 * @param members all of them by id, the invited one included
 */
public record Invitation(
    long clusterId, long memberId, boolean clusterRuns, Map<Long, NewMember> members) {
  public Invitation {
    members = Map.copyOf(members);
    requireNonNull(members.get(memberId), "the invited one is among the members");
  }
}
