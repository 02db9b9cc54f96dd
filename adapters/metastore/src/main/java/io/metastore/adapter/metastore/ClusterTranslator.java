package io.metastore.adapter.metastore;

import io.metastore.api.v1.BootstrapRequest;
import io.metastore.api.v1.BootstrapResponse;
import io.metastore.api.v1.HashUnversionedResponse;
import io.metastore.api.v1.JoinResponse;
import io.metastore.api.v1.Member;
import io.metastore.api.v1.MembersResponse;
import io.metastore.api.v1.StatusResponse;
import io.metastore.core.api.ClusterView;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.NewMember;
import io.metastore.core.api.PeerUrl;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.UnversionedHashes;
import java.util.ArrayList;
import java.util.List;

/** Translates the store's information about members to {@code cluster.proto}. Pure. */
final class ClusterTranslator {
  private static final int MEMBERS_MAX = 99;

  private ClusterTranslator() {}

  static List<NewMember> toNewMembers(BootstrapRequest request) {
    if (request.getMembersCount() == 0 || request.getMembersCount() > MEMBERS_MAX) {
      throw Refusal.badRequest("members", "must be from 1 to " + MEMBERS_MAX);
    }
    List<NewMember> members = new ArrayList<>();
    for (int i = 0; i < request.getMembersCount(); i++) {
      members.add(toNewMember("members[" + i + "]", request.getMembers(i)));
    }
    return members;
  }

  /**
   * @param field the field of the request
   */
  static NewMember toNewMember(String field, io.metastore.api.v1.NewMember member) {
    String name = member.getName();
    if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
      throw Refusal.badRequest(field + ".name", "must not be empty or have control characters");
    }
    try {
      PeerUrl.parse(member.getPeerUrl());
    } catch (IllegalArgumentException e) {
      throw Refusal.badRequest(
          field + ".peer_url", "must have the form http://HOST:PORT or https://HOST:PORT");
    }
    return new NewMember(name, member.getPeerUrl());
  }

  static BootstrapResponse toBootstrapped(ClusterView cluster) {
    BootstrapResponse.Builder response =
        BootstrapResponse.newBuilder().setClusterId(cluster.clusterId());
    cluster.members().forEach(member -> response.addMembers(toMember(member)));
    return response.build();
  }

  static JoinResponse toJoined(MemberInfo member) {
    return JoinResponse.newBuilder().setMember(toMember(member)).build();
  }

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

  /** Adds the figures of the znode tree; closes the view. */
  static StatusResponse withTree(StatusResponse status, ReadView view) {
    try (view) {
      return status.toBuilder()
          .setZookeeperSessions(view.tree().sessionCount())
          .setZnodes(view.tree().totals().nodes())
          .build();
    }
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

  static HashUnversionedResponse toHashes(UnversionedHashes hashes) {
    HashUnversionedResponse.Builder response =
        HashUnversionedResponse.newBuilder().setIndex(hashes.index());
    hashes
        .hashes()
        .forEach((id, hash) -> response.addMembersBuilder().setMemberId(id).setHash(hash));
    hashes
        .missing()
        .forEach((id, why) -> response.addMembersBuilder().setMemberId(id).setMissing(why));
    return response.build();
  }
}
