package org.apache.ratis.util;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TimeoutTimerTest {

  @Test
  void runsATaskAfterItsTimeoutAndPassesItsFailureOn() throws Exception {
    TimeDuration timeout = TimeDuration.valueOf(30, TimeUnit.MILLISECONDS);
    CompletableFuture<Throwable> failed = new CompletableFuture<>();
    long start = System.nanoTime();

    TimeoutTimer.getInstance()
        .onTimeout(
            timeout,
            () -> {
              throw new IllegalStateException("late");
            },
            failed::complete);

    assertThat(failed.get()).hasMessage("late");
    assertThat(System.nanoTime() - start)
        .isGreaterThanOrEqualTo(timeout.toLong(TimeUnit.NANOSECONDS));
  }
}
