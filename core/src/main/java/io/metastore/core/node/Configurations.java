package io.metastore.core.node;

import io.metastore.core.command.Configuration;
import io.metastore.core.machine.MemberTable;
import io.metastore.core.machine.StoreView;
import io.metastore.core.raft.RaftMember;
import io.metastore.core.raft.RaftMembers;
import java.util.ArrayList;
import java.util.List;

/** Converts between Raft's configuration of members and the stored one. Pure. */
final class Configurations {
  private Configurations() {}

  /** The stored configuration; if none is stored yet, the one from the member's settings. */
  static Configuration of(NodeConfig config, StoreView view) {
    Configuration applied = MemberTable.configuration(view.reader());
    return applied.getMembersCount() > 0 ? applied : toProto(RaftMembers.of(config.members()));
  }

  static Configuration toProto(RaftMembers members) {
    Configuration.Builder configuration = Configuration.newBuilder();
    for (RaftMember member : members.all()) {
      configuration.addMembers(
          Configuration.Member.newBuilder()
              .setId(member.id())
              .setAddress(member.peerUrls())
              .setLearner(members.isLearner(member.id())));
    }
    return configuration.build();
  }

  static RaftMembers toRaft(Configuration configuration) {
    List<RaftMember> voters = new ArrayList<>();
    List<RaftMember> learners = new ArrayList<>();
    for (Configuration.Member member : configuration.getMembersList()) {
      (member.getLearner() ? learners : voters).add(toRaft(member));
    }
    return new RaftMembers(voters, learners, List.of());
  }

  static RaftMember toRaft(Configuration.Member member) {
    return new RaftMember(member.getId(), member.getAddress());
  }
}
