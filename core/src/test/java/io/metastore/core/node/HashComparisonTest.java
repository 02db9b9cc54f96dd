package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.command.HashReply;
import io.metastore.core.command.HashReply.Refusal;
import io.metastore.core.node.HashComparison.MemberHash;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HashComparisonTest {
  private static final long LEADER = 1;
  private static final HashReply OWN = reply(7, 5).build();

  @Test
  void compactionBlamesTheMinority() {
    assertThat(atCompaction(reply(7, 5), reply(7, 5))).isEmpty();
    assertThat(atCompaction(reply(7, 5), reply(8, 5))).containsExactly(3L);
    assertThat(atCompaction(reply(8, 5), reply(8, 5))).containsExactly(LEADER);
  }

  @Test
  void compactionBlamesTheClusterIfNoMajorityAgrees() {
    assertThat(atCompaction(reply(8, 5), reply(9, 5)))
        .containsExactly(HashComparison.WHOLE_CLUSTER);
    assertThat(HashComparison.blamedByMajority(LEADER, OWN, List.of(member(2, reply(8, 5)))))
        .containsExactly(HashComparison.WHOLE_CLUSTER);
  }

  @Test
  void compactionDoesNotCompareMembersWithAnotherCompactedRevision() {
    assertThat(atCompaction(reply(8, 4), refusal(Refusal.FUTURE_REVISION))).isEmpty();
    assertThat(
            HashComparison.blamedByMajority(
                LEADER, OWN, List.of(new MemberHash(2, null), member(3, reply(7, 5)))))
        .isEmpty();
  }

  @Test
  void memberThatCannotReadItsDataIsBlamed() {
    assertThat(atCompaction(reply(7, 5), refusal(Refusal.UNREADABLE))).containsExactly(3L);
    assertThat(atNewest(OWN, reply(7, 5), refusal(Refusal.UNREADABLE))).isEqualTo(3);
    HashReply unreadable = refusal(Refusal.UNREADABLE).build();
    assertThat(HashComparison.blamedByMajority(LEADER, unreadable, List.of()))
        .containsExactly(LEADER);
    assertThat(HashComparison.blamedAtNewest(LEADER, unreadable, OWN, List.of())).isEqualTo(LEADER);
  }

  @Test
  void newestRevisionBlamesTheFirstMemberThatDiffers() {
    assertThat(atNewest(OWN, reply(7, 5), reply(7, 5))).isNull();
    assertThat(atNewest(OWN, reply(7, 5), reply(8, 5))).isEqualTo(3);
    assertThat(atNewest(OWN, reply(8, 4), reply(7, 5))).isNull();
    assertThat(atNewest(OWN, reply(7, 5).setRevision(11), reply(7, 5))).isEqualTo(2);
    assertThat(atNewest(OWN, reply(7, 6), reply(7, 5))).isEqualTo(2);
  }

  @Test
  void leaderWhoseOwnHashChangesIsBlamed() {
    assertThat(atNewest(reply(8, 5).build(), reply(7, 5), reply(7, 5))).isEqualTo(LEADER);
    assertThat(atNewest(reply(8, 6).build(), reply(7, 5), reply(7, 5))).isNull();
  }

  private static Iterable<Long> atCompaction(HashReply.Builder second, HashReply.Builder third) {
    return HashComparison.blamedByMajority(
        LEADER, OWN, List.of(member(2, second), member(3, third)));
  }

  private static @Nullable Long atNewest(
      HashReply ownSecond, HashReply.Builder second, HashReply.Builder third) {
    return HashComparison.blamedAtNewest(
        LEADER, OWN, ownSecond, List.of(member(2, second), member(3, third)));
  }

  private static MemberHash member(long id, HashReply.Builder reply) {
    return new MemberHash(id, reply.build());
  }

  private static HashReply.Builder reply(int hash, long compacted) {
    return HashReply.newBuilder()
        .setHash(hash)
        .setCompacted(compacted)
        .setHashedRevision(10)
        .setRevision(10);
  }

  private static HashReply.Builder refusal(Refusal refusal) {
    return HashReply.newBuilder().setRefusal(refusal);
  }
}
