package io.metastore.bench.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.metastore.bench.load.Tally;
import io.metastore.bench.server.ServerCommand;
import io.metastore.bench.server.ServerMeter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LockRunTest {
  private final Tally grants = new Tally();
  private final Tally releases = new Tally();
  private final MemoryLocks locks = new MemoryLocks(true);

  @AfterEach
  void close() {
    locks.close();
  }

  @Test
  void aDrainMeasuresOneHandOverForEachWaiter() throws InterruptedException {
    LockWork work = LockWork.parse("waiters:50/1");
    Measurement measurement = measurement();

    new Drain(work, locks, grants, releases).pass(measurement);

    LockResult result = measurement.result(step(work), 1, 1);
    assertThat(result.operations()).isEqualTo(50);
    assertThat(result.changesPerOperation()).isEqualTo(1);
    // The reply to the release, and the grant.
    assertThat(result.messagesPerOperation()).isEqualTo(2);
  }

  @Test
  void allContendersOfAFairLockGetItAboutEquallyOften() throws InterruptedException {
    LockLoop loop = new LockLoop(LockWork.parse("contended:5/1"), locks, grants, releases);
    Measurement measurement = measurement();
    measurement.open();
    // All are in the queue before one of them gets the lock a second time.
    locks.withoutAnswers(loop::begin);
    while (loop.served()[0] < 100) {
      loop.run(Duration.ofMillis(1));
    }
    loop.end();
    measurement.close();

    long[] served = loop.served();
    assertThat(Arrays.stream(served).max().orElseThrow())
        .isLessThanOrEqualTo(Arrays.stream(served).min().orElseThrow() + 1);
    // There is no hand-over before the first grant.
    assertThat(grantsIn(measurement)).isEqualTo(Arrays.stream(served).sum() - 1);
  }

  @Test
  void anUncontendedPairIsTwoChanges() throws InterruptedException {
    LockWork work = LockWork.parse("uncontended:3/1");
    LockLoop loop = new LockLoop(work, locks, grants, releases);
    Measurement measurement = measurement();
    measurement.open();
    loop.begin();
    loop.run(Duration.ofMillis(1));
    loop.end();
    measurement.close();

    assertThat(measurement.result(step(work), 0, 0).changesPerOperation()).isEqualTo(2);
  }

  @Test
  void twoHoldersOfOneLockAreDetected() throws InterruptedException {
    try (MemoryLocks broken = new MemoryLocks(false)) {
      Drain drain = new Drain(LockWork.parse("waiters:1/1"), broken, grants, releases);

      assertThatIllegalStateException()
          .isThrownBy(() -> drain.pass(measurement()))
          .havingRootCause()
          .withMessage("two clients hold one lock");
    }
  }

  private Measurement measurement() {
    return new Measurement(locks, new ServerMeter(List.of()), grants, releases);
  }

  private static long grantsIn(Measurement measurement) {
    return measurement.result(step(LockWork.parse("contended:5/1")), 0, 1).operations();
  }

  private static LockStep step(LockWork work) {
    return new LockStep(
        LockService.ofMetastore("memory", new ServerCommand("none", List.of())), 1, work, 1);
  }
}
