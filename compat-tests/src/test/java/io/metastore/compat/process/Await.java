package io.metastore.compat.process;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for conditions by polling. */
public final class Await {
  /** Far longer than anything here takes on a busy machine; only a failing test waits this long. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  private Await() {}

  /**
   * Polls until the answer is true. An exception counts as false, because a server that is not up
   * yet refuses calls.
   *
   * @throws IllegalStateException after {@link #PATIENCE}, with the last exception as its cause
   */
  public static void until(String what, Callable<Boolean> question) throws InterruptedException {
    io.metastore.bench.faults.testbed.Await.until(PATIENCE, what, question);
  }
}
