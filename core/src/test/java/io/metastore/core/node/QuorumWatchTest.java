package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.raft.RaftMember;
import io.metastore.core.raft.RaftMembers;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class QuorumWatchTest {
  private static final long TIMEOUT = 1000;
  private static final long STEP = TIMEOUT / QuorumWatch.LOOKS_PER_TIMEOUT;

  private final Set<Long> answering = new HashSet<>(Set.of(2L, 3L));
  private long term = 7;
  private long now = Long.MAX_VALUE - 500; // a monotonic clock may start anywhere, and wraps around
  private int stepsDown;

  private RaftMembers members = voters(1, 2, 3);

  private final QuorumWatch watch =
      new QuorumWatch(
          1,
          () -> term,
          () -> members,
          member ->
              answering.contains(member.id())
                  ? CompletableFuture.completedFuture(null)
                  : new CompletableFuture<>(),
          () -> stepsDown++,
          () -> now,
          TIMEOUT);

  @Test
  void aLeaderThatHearsAMajorityKeepsLeading() {
    answering.remove(3L);
    pass(10 * TIMEOUT);
    assertThat(stepsDown).isZero();
  }

  @Test
  void aLeaderThatHearsNobodyStepsDownOnceAfterTheTimeout() {
    pass(3 * TIMEOUT);
    answering.clear();
    pass(TIMEOUT - STEP);
    assertThat(stepsDown).isZero();
    pass(2 * STEP);
    assertThat(stepsDown).isEqualTo(1);
    term = 0;
    pass(5 * TIMEOUT);
    assertThat(stepsDown).isEqualTo(1);
  }

  @Test
  void aNewTermOrAPauseOfThisProcessRestartsTheTimeout() {
    answering.clear();
    pass(TIMEOUT - STEP);
    term++;
    pass(TIMEOUT - STEP);
    now += 100 * TIMEOUT;
    pass(TIMEOUT - STEP);
    assertThat(stepsDown).isZero();
    pass(2 * STEP);
    assertThat(stepsDown).isEqualTo(1);
  }

  @Test
  void aChangeOfTheMembersRestartsTheTimeout() {
    pass(TIMEOUT);
    members = voters(1, 4);
    pass(TIMEOUT - STEP);
    assertThat(stepsDown).isZero();
    pass(2 * STEP);
    assertThat(stepsDown).isEqualTo(1);
  }

  private static RaftMembers voters(long... ids) {
    return RaftMembers.of(
        LongStream.of(ids).mapToObj(id -> new RaftMember(id, "host" + id + ":1")).toList());
  }

  private void pass(long nanos) {
    for (long end = now + nanos; now - end < 0; now += STEP) {
      watch.look();
    }
  }
}
