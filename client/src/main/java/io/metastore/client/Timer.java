package io.metastore.client;

/** The clock, and things to do later. Injected, so that tests can be the clock. */
interface Timer extends AutoCloseable {
  /** As {@link System#nanoTime}: to be compared by difference only. */
  long nanoTime();

  /**
   * Runs a task that does not block, on the timer's thread. Tasks given after close run at once, by
   * the caller: whoever waits for them learns that all is over.
   *
   * @return cancels it, if it has not begun
   */
  Runnable schedule(long delayNanos, Runnable task);

  @Override
  void close();
}
