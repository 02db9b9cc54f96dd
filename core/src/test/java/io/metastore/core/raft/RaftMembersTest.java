package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RaftMembersTest {

  @Test
  void aMajorityIsMoreThanHalfOfTheVoters() {
    assertThat(RaftMembers.of(members(1, 2, 3)).isMajority(Set.of(1L, 3L))).isTrue();
    assertThat(RaftMembers.of(members(1, 2, 3)).isMajority(Set.of(2L))).isFalse();
    assertThat(RaftMembers.of(members(1, 2)).isMajority(Set.of(1L))).isFalse();
    assertThat(RaftMembers.of(members(1)).isMajority(Set.of(1L))).isTrue();
    assertThat(RaftMembers.of(members(1, 2, 3)).isMajority(Set.of(1L, 8L, 9L))).isFalse();
    assertThat(RaftMembers.UNKNOWN.isMajority(Set.of())).isFalse();
  }

  @Test
  void learnersDoNotCount() {
    RaftMembers members = new RaftMembers(members(1, 2, 3), members(4, 5), List.of());
    assertThat(members.isMajority(Set.of(1L, 4L, 5L))).isFalse();
    assertThat(members.isLearner(4)).isTrue();
    assertThat(members.isLearner(1)).isFalse();
    assertThat(new RaftMembers(members(1), members(2), List.of()).isAlone()).isTrue();
  }

  @Test
  void bothMajoritiesAreNeededWhileTheVotersChange() {
    RaftMembers changing = new RaftMembers(members(1, 2), List.of(), members(1));
    assertThat(changing.isMajority(Set.of(1L))).isFalse();
    assertThat(changing.isMajority(Set.of(1L, 2L))).isTrue();
    assertThat(
            new RaftMembers(members(3, 4, 5), List.of(), members(1, 2, 3))
                .isMajority(Set.of(3L, 4L)))
        .isFalse();
    assertThat(new RaftMembers(members(1), List.of(), members(1, 2)).isAlone()).isFalse();
    assertThat(changing.all()).hasSize(2);
  }

  @Test
  void membersCanBeAddedAndRemoved() {
    RaftMembers three = RaftMembers.of(members(1, 2, 3));
    assertThat(three.with(member(4), true).learners()).containsExactly(member(4));
    assertThat(three.with(member(4), false).voters()).hasSize(4);
    assertThat(three.with(member(4), true).without(4)).isEqualTo(three);
    assertThat(three.without(2).find(2)).isNull();
    assertThat(three.find(2)).isEqualTo(member(2));
  }

  private static List<RaftMember> members(long... ids) {
    return LongStream.of(ids).mapToObj(RaftMembersTest::member).toList();
  }

  private static RaftMember member(long id) {
    return new RaftMember(id, "127.0.0.1:" + (1000 + id));
  }
}
