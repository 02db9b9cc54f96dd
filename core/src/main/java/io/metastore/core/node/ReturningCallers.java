package io.metastore.core.node;

/**
 * Expects the callers of answered commands back, so that the next batch carries them all.
 *
 * <p>A client that waits for each answer sends its next command right after it. A batch formed at
 * once takes what came while the one before was under way and just misses those who were answered
 * by it: callers fall into cohorts, and two or three times as many log entries carry half as much
 * or less. So the next batch waits until as many commands came as were just answered, though never
 * for longer than twice the time that the last one took: callers of other members have as far to go
 * as the entry had. For a while it does not wait at all when they did not come.
 *
 * <p>Guarded by its owner's lock.
 */
final class ReturningCallers {
  /** With fewer, what one more entry costs does not matter. */
  private static final int CALLERS_MIN = 4;

  private static final long WAIT_NANOS_MAX = 4_000_000;

  /** Batches formed without waiting after one that waited in vain. */
  private static final int BATCHES_SKIPPED = 32;

  private int answered;
  private int inLastBatch;
  private int expected;
  private long untilNanos;
  private int batchesToSkip;

  /**
   * Callers have been answered.
   *
   * @param tookNanos since their batch was formed
   */
  void answered(int callers, long tookNanos, long nowNanos) {
    answered += callers;
    expected += callers;
    untilNanos = nowNanos + Math.min(WAIT_NANOS_MAX, 2 * tookNanos);
  }

  void arrived(int commands) {
    expected = Math.max(0, expected - commands);
  }

  /** How long the next batch should still wait; 0 for not at all. */
  long waitNanos(long nowNanos) {
    return batchesToSkip > 0 || answered < CALLERS_MIN || expected <= 0
        ? 0
        : Math.max(0, untilNanos - nowNanos);
  }

  /** Whether the last batch carried so few that there is nobody to wait for. */
  boolean areFew() {
    return inLastBatch < CALLERS_MIN;
  }

  /** The next batch is formed, of so many commands. */
  void batchFormed(int commands) {
    inLastBatch = commands;
    if (batchesToSkip > 0) {
      batchesToSkip--;
    } else if (answered >= CALLERS_MIN && expected > answered / 2) {
      batchesToSkip = BATCHES_SKIPPED;
    }
    answered = 0;
    expected = 0;
  }
}
