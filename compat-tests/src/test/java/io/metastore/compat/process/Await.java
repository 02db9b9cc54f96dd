package io.metastore.compat.process;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Waits for conditions by polling. */
public final class Await {
  /** Far longer than anything here takes on a busy machine; only a failing test waits this long. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final long PAUSE_MS = 20;

  private Await() {}

  /**
   * Polls until the answer is true. An exception counts as false, because a server that is not up
   * yet refuses calls.
   *
   * @throws AssertionError after {@link #PATIENCE}, with the last exception as its cause
   */
  public static void until(String what, Callable<Boolean> question) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
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
    } while (System.nanoTime() < deadlineNanos);
    throw new AssertionError("not within " + PATIENCE + ": " + what, last);
  }
}
