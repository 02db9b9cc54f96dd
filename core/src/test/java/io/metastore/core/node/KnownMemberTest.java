package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that start without data. */
class KnownMemberTest {
  private static final String REFUSAL = "has already been bootstrapped, but its data directory";

  @TempDir Path directory;

  @Test
  void aMemberThatLostItsDataIsRefusedByOneThatKnowsIt() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
      cluster.awaitOneState();
      cluster.stop(2);
      cluster.wipe(2);
      assertRefused(cluster, 2);
    }
  }

  /** If it voted, two of three members would be a majority. */
  @Test
  void aMemberThatLostItsDataDoesNotVoteBeforeAnotherAnswers() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
      cluster.awaitOneState();
      for (int i = 0; i < 3; i++) {
        cluster.stop(i);
      }
      cluster.wipe(2);
      Node wiped = cluster.start(2);
      assertThat(wiped.ready()).isNotDone();
      Node intact = cluster.start(0);
      assertThat(cluster.stopped.poll(60, TimeUnit.SECONDS)).hasMessageContaining(REFUSAL);
      assertThat(intact.ready()).isNotDone();
      cluster.stop(2);

      // Having received the log does not change this.
      assertRefused(cluster, 2);
      cluster.start(1);
      intact.ready().get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void membersOfANewClusterNeedNotStartTogether() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3)) {
      Node first = cluster.start(0);
      cluster.stop(0);
      Node again = cluster.start(0);
      assertThat(first.ready()).isNotDone();
      Node second = cluster.start(1);
      again.ready().get(60, TimeUnit.SECONDS);
      second.ready().get(60, TimeUnit.SECONDS);
      // It has announced itself to the others, and may be restarted.
      int follower = second.cluster().leaderId() == 2 ? 0 : 1;
      cluster.stop(follower);
      cluster.start(follower).ready().get(60, TimeUnit.SECONDS);
      cluster.start(2).ready().get(60, TimeUnit.SECONDS);
    }
  }

  /** Its start fails, or if nobody has answered by then, it stops once somebody does. */
  private static void assertRefused(TestCluster cluster, int number) throws Exception {
    Throwable refusal = catchThrowable(() -> cluster.start(number));
    if (refusal == null) {
      refusal = cluster.stopped.poll(60, TimeUnit.SECONDS);
      cluster.stop(number);
    }
    assertThat(refusal).isInstanceOf(IOException.class).hasMessageContaining(REFUSAL);
  }
}
