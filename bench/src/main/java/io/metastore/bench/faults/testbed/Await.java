package io.metastore.bench.faults.testbed;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Waits for conditions by polling. */
public final class Await {
  /** Far longer than anything here takes once all faults have been removed. */
  public static final Duration PATIENCE = Duration.ofMinutes(4);

  private static final long PAUSE_MS = 20;

  private Await() {}

  /**
   * Polls until the answer is true, at most for {@link #PATIENCE}.
   *
   * @see #until(Duration, String, Callable)
   */
  public static void until(String what, Callable<Boolean> question) throws InterruptedException {
    until(PATIENCE, what, question);
  }

  /**
   * Polls until the answer is true. An exception counts as false, because a member that is not up
   * yet refuses calls.
   *
   * @throws IllegalStateException after that time, with the last exception as its cause
   */
  public static void until(Duration patience, String what, Callable<Boolean> question)
      throws InterruptedException {
    long deadlineNanos = System.nanoTime() + patience.toNanos();
    @Nullable Exception last = null;
    do {
      try {
        if (question.call()) {
          return;
        }
        last = null;
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        last = e;
      }
      Thread.sleep(PAUSE_MS);
    } while (System.nanoTime() - deadlineNanos < 0);
    throw new IllegalStateException(
        "not within %s: %s%s".formatted(patience, what, last == null ? "" : ", " + last), last);
  }
}
