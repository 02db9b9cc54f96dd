package io.metastore.core.node;

import io.metastore.core.command.HashReply;
import io.metastore.core.command.HashReply.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Decides from the hashes of all members which members have wrong data, by etcd's rules. Source:
 * etcd's {@code server/etcdserver/corrupt.go}. Pure.
 */
final class HashComparison {
  /** Stands for the whole cluster: the members differ, but no majority agrees. */
  static final long WHOLE_CLUSTER = 0;

  private HashComparison() {}

  /**
   * The hash of one member.
   *
   * @param reply null if the member did not answer
   */
  record MemberHash(long memberId, @Nullable HashReply reply) {

    /** Whether this hash must equal another one: hashes depend on the compacted revision, too. */
    boolean isComparable(HashReply own) {
      return reply != null
          && reply.getRefusal() == Refusal.NONE
          && reply.getCompacted() == own.getCompacted();
    }

    boolean differs(HashReply own) {
      return reply != null && isComparable(own) && reply.getHash() != own.getHash();
    }

    boolean isUnreadable() {
      return reply != null && HashComparison.isUnreadable(reply);
    }

    /** Whether the member has applied or compacted more than the leader, which cannot be. */
    boolean isAhead(HashReply leader) {
      return reply != null
          && reply.getRefusal() == Refusal.NONE
          && (reply.getRevision() > leader.getRevision()
              || reply.getCompacted() > leader.getCompacted());
    }
  }

  /**
   * The member to blame after a comparison at the leader's newest revision; null for none.
   *
   * @param first the leader's hash, made before the others were asked
   * @param second the leader's hash, made after everything that the others had applied was applied
   *     on the leader
   */
  static @Nullable Long blamedAtNewest(
      long leader, HashReply first, HashReply second, List<MemberHash> others) {
    boolean same =
        first.getHashedRevision() == second.getHashedRevision()
            && first.getCompacted() == second.getCompacted();
    if (isUnreadable(first)
        || isUnreadable(second)
        || (same && first.getHash() != second.getHash())) {
      return leader;
    }
    for (MemberHash other : others) {
      if (other.isUnreadable() || other.isAhead(second) || other.differs(first)) {
        return other.memberId();
      }
    }
    return null;
  }

  /**
   * The members to blame after a comparison at a compacted revision or at a hash point: those whose
   * hash differs from that of a majority, or {@link #WHOLE_CLUSTER}.
   *
   * @param member the member that compares
   * @param own its hash
   */
  static Set<Long> blamedByMajority(long member, HashReply own, List<MemberHash> others) {
    Set<Long> blamed = new TreeSet<>();
    Map<Integer, List<Long>> membersByHash = new HashMap<>();
    if (isUnreadable(own)) {
      return Set.of(member);
    }
    membersByHash.computeIfAbsent(own.getHash(), hash -> new ArrayList<>()).add(member);
    for (MemberHash other : others) {
      if (other.isUnreadable()) {
        blamed.add(other.memberId());
      } else if (other.reply() != null && other.isComparable(own)) {
        membersByHash
            .computeIfAbsent(other.reply().getHash(), hash -> new ArrayList<>())
            .add(other.memberId());
      }
    }
    int majority = (others.size() + 1) / 2 + 1;
    if (membersByHash.size() > 1) {
      if (!membersByHash.values().removeIf(members -> members.size() >= majority)) {
        return Set.of(WHOLE_CLUSTER);
      }
      membersByHash.values().forEach(blamed::addAll);
    }
    return blamed;
  }

  static boolean isUnreadable(HashReply reply) {
    return reply.getRefusal() == Refusal.UNREADABLE;
  }
}
