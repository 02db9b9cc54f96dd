package io.metastore.adapter.metastore;

import io.metastore.api.v1.Member;
import io.metastore.api.v1.MembersResponse;
import io.metastore.api.v1.StatusResponse;
import io.metastore.core.api.ClusterView;
import io.metastore.core.api.MemberInfo;

/** What the store knows of its members, as {@code cluster.proto} tells it. Pure. */
final class ClusterTranslator {
  private ClusterTranslator() {}

  static StatusResponse toStatus(ClusterView cluster, String version) {
    return StatusResponse.newBuilder()
        .setClusterId(cluster.clusterId())
        .setMemberId(cluster.memberId())
        .setName(cluster.name())
        .setVersion(version)
        .setLeaderId(cluster.leaderId())
        .setTerm(cluster.term())
        .setRevision(cluster.revision())
        .setCommittedIndex(cluster.committedIndex())
        .setAppliedIndex(cluster.appliedIndex())
        .setSizeBytes(cluster.sizeBytes())
        .setSizeInUseBytes(cluster.sizeInUseBytes())
        .build();
  }

  static MembersResponse toMembers(ClusterView cluster) {
    MembersResponse.Builder response = MembersResponse.newBuilder().setLeaderId(cluster.leaderId());
    cluster.members().forEach(member -> response.addMembers(toMember(member)));
    return response.build();
  }

  static Member toMember(MemberInfo member) {
    return Member.newBuilder()
        .setId(member.id())
        .setName(member.name())
        .setPeerUrl(member.peerUrls().get(0))
        .addAllClientUrls(member.clientUrls())
        .setLearner(member.learner())
        .build();
  }
}
