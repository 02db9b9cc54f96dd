package io.metastore.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.raft.AppenderWatchdog.Follower;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.RaftPeerId;
import org.junit.jupiter.api.Test;

class AppenderWatchdogTest {
  private static final RaftPeerId A = RaftPeerId.valueOf("a");
  private static final RaftPeerId B = RaftPeerId.valueOf("b");

  private final AtomicLong clockMs = new AtomicLong(1_000_000);
  private final List<RaftPeerId> stuck = new ArrayList<>();
  private final AppenderWatchdog watchdog = new AppenderWatchdog(10_000, clockMs::get, stuck::add);

  @Test
  void followerThatRepliesToRaftIsNotCalled() {
    assertThat(watchdog.silent(List.of(new Follower(A, 9_999), new Follower(B, 10_000))))
        .containsExactly(B);
  }

  @Test
  void silentFollowerThatAnswersForAWholePeriodIsStuck() {
    askAfter(0, true);
    askAfter(9_999, true);
    assertThat(stuck).isEmpty();
    askAfter(1, true);
    assertThat(stuck).containsExactly(A);
  }

  @Test
  void stuckFollowerIsReportedOncePerPeriod() {
    askAfter(0, true);
    askAfter(10_000, true);
    askAfter(5_000, true);
    assertThat(stuck).containsExactly(A);
    askAfter(5_000, true);
    assertThat(stuck).containsExactly(A, A);
  }

  @Test
  void followerThatIsDownIsNotStuck() {
    askAfter(0, true);
    askAfter(9_000, false);
    askAfter(9_000, true);
    askAfter(9_000, true);
    assertThat(stuck).isEmpty();
  }

  @Test
  void replyToRaftEndsTheSuspicion() {
    askAfter(0, true);
    clockMs.addAndGet(9_000);
    assertThat(watchdog.silent(List.of(new Follower(A, 20)))).isEmpty();
    askAfter(9_000, true);
    assertThat(stuck).isEmpty();
  }

  @Test
  void suspicionsEndWithLeadership() {
    askAfter(0, true);
    assertThat(watchdog.silent(List.of())).isEmpty();
    askAfter(10_000, true);
    assertThat(stuck).isEmpty();
  }

  private void askAfter(long ms, boolean answered) {
    clockMs.addAndGet(ms);
    assertThat(watchdog.silent(List.of(new Follower(A, 60_000)))).containsExactly(A);
    watchdog.asked(A, answered);
  }
}
