package io.metastore.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.node.SpaceConfig.AutoCompaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AutoCompactorTest {
  private final List<Long> compactions = new ArrayList<>();
  private CompletableFuture<Outcome> answer =
      CompletableFuture.completedFuture(new Outcome.Done(1));
  private Duration now = Duration.ofDays(-1);
  private long revision = 1;
  private boolean leads = true;

  @Test
  void tenMinutesAreCompactedEveryTenMinutes() {
    AutoCompactor compactor = compactor(new AutoCompaction.Periodic(Duration.ofMinutes(10)));
    run(compactor, Duration.ofMinutes(9));
    assertThat(compactions).as("before the first ten minutes are over").isEmpty();
    run(compactor, Duration.ofMinutes(1));
    assertThat(compactions).as("the revision of ten minutes ago").containsExactly(1L);
    run(compactor, Duration.ofMinutes(20));
    // There is one revision per second, recorded once per minute; etcd keeps one record more than
    // needed.
    assertThat(compactions).containsExactly(1L, 541L, 1141L);
  }

  @Test
  void aDayIsCompactedEveryHour() {
    AutoCompactor compactor = compactor(new AutoCompaction.Periodic(Duration.ofHours(24)));
    run(compactor, Duration.ofHours(24));
    assertThat(compactions).containsExactly(1L);
    run(compactor, Duration.ofHours(2));
    assertThat(compactions).containsExactly(1L, 3241L, 6841L);
  }

  @Test
  void aFailedCompactionIsTriedAgainAfterATenthOfTheInterval() {
    AutoCompactor compactor = compactor(new AutoCompaction.Periodic(Duration.ofMinutes(10)));
    answer = CompletableFuture.failedFuture(new NotServed(NotServed.Reason.NO_LEADER));
    run(compactor, Duration.ofMinutes(11));
    assertThat(compactions).containsExactly(1L, 1L);
    answer = CompletableFuture.completedFuture(new Outcome.Done(1));
    run(compactor, Duration.ofMinutes(2));
    assertThat(compactions).containsExactly(1L, 1L, 61L);
  }

  @Test
  void aCompactionDoneByAnotherRequestCountsAsDone() {
    AutoCompactor compactor = compactor(new AutoCompaction.Periodic(Duration.ofMinutes(10)));
    answer =
        CompletableFuture.completedFuture(new Outcome.Failed(1, Failure.of(FailureCode.COMPACTED)));
    run(compactor, Duration.ofMinutes(12));
    assertThat(compactions).containsExactly(1L);
  }

  @Test
  void onlyTheLeaderCompacts() {
    AutoCompactor compactor = compactor(new AutoCompaction.Periodic(Duration.ofMinutes(10)));
    leads = false;
    run(compactor, Duration.ofMinutes(30));
    assertThat(compactions).isEmpty();
    leads = true;
    run(compactor, Duration.ofMinutes(1));
    assertThat(compactions).as("revisions were recorded all the time").containsExactly(1201L);
  }

  @Test
  void oneCompactionAtATime() {
    AutoCompactor compactor = compactor(new AutoCompaction.Periodic(Duration.ofMinutes(10)));
    answer = new CompletableFuture<>();
    run(compactor, Duration.ofMinutes(30));
    assertThat(compactions).containsExactly(1L);
  }

  @Test
  void theNewestRevisionsAreKeptByACheckEveryFiveMinutes() {
    AutoCompactor compactor = compactor(new AutoCompaction.ByRevision(100));
    run(compactor, Duration.ofSeconds(299));
    assertThat(compactions).isEmpty();
    run(compactor, Duration.ofSeconds(301));
    assertThat(compactions).containsExactly(201L, 501L);
  }

  @Test
  void nothingIsCompactedBelowTheRetention() {
    AutoCompactor compactor = compactor(new AutoCompaction.ByRevision(500));
    run(compactor, Duration.ofMinutes(5));
    assertThat(compactions).isEmpty();
  }

  @Test
  void withoutASettingNothingIsCompacted() {
    run(compactor(AutoCompaction.OFF), Duration.ofHours(3));
    assertThat(compactions).isEmpty();
  }

  private AutoCompactor compactor(AutoCompaction config) {
    return new AutoCompactor(
        config,
        () -> now.toNanos(),
        () -> revision,
        () -> leads,
        command -> {
          assertThat(command.getCompact().getAutomatic()).isTrue();
          compactions.add(command.getCompact().getRevision());
          return answer;
        });
  }

  /** Simulates one revision per second, with a tick of the compactor after each. */
  private void run(AutoCompactor compactor, Duration time) {
    for (long second = 0; second < time.toSeconds(); second++) {
      now = now.plusSeconds(1);
      revision++;
      compactor.tick();
    }
  }
}
