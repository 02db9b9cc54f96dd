package io.metastore.core.node;

import io.metastore.core.api.MemberInfo;
import java.util.List;

/**
 * Decides whether enough voters would have been started after a change of members. Pure. Source:
 * etcd's {@code RaftCluster.IsReadyTo…}, with {@code --strict-reconfig-check}.
 */
final class StartedVoters {
  private StartedVoters() {}

  /** Whether a voter, which is not started, may be added. */
  static boolean permitAdding(List<MemberInfo> members) {
    List<MemberInfo> voters = voters(members);
    boolean second = voters.size() == 1 && started(voters) == 1;
    return second || isMajority(started(voters), voters.size() + 1);
  }

  /** Whether a voter may be removed. */
  static boolean permitRemoving(List<MemberInfo> members, long id) {
    List<MemberInfo> left = voters(members).stream().filter(member -> member.id() != id).toList();
    return isMajority(started(left), left.size());
  }

  /** Whether a learner, which is started, may become a voter. */
  static boolean permitPromoting(List<MemberInfo> members) {
    List<MemberInfo> voters = voters(members);
    return isMajority(started(voters) + 1, voters.size() + 1);
  }

  private static List<MemberInfo> voters(List<MemberInfo> members) {
    return members.stream().filter(member -> !member.learner()).toList();
  }

  private static int started(List<MemberInfo> members) {
    return (int) members.stream().filter(MemberInfo::hasStarted).count();
  }

  private static boolean isMajority(int count, int of) {
    return count >= of / 2 + 1;
  }
}
