package io.metastore.client;

/** The clock and the scheduling of tasks. Injected, so that tests can control time. */
interface Timer extends AutoCloseable {
  /** Like {@link System#nanoTime}: only differences are meaningful. */
  long nanoTime();

  /**
   * Schedules a task that does not block, on the timer's thread. After close, a task runs at once
   * on the caller's thread, so that whoever waits for it learns that the client is closed.
   *
   * @return cancels the task if it has not begun
   */
  Runnable schedule(long delayNanos, Runnable task);

  @Override
  void close();
}
