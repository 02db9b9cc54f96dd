package io.metastore.core.node;

/**
 * Delays the next batch until the callers of answered commands have sent their next ones, so that
 * one batch carries them all.
 *
 * <p>A client that waits for each answer sends its next command right after it. A batch that is
 * formed immediately just misses the callers that the previous batch answered. The callers then
 * split into groups, and two or three times as many log entries carry half as many commands or
 * less. So the next batch waits until as many commands have arrived as were just answered, but at
 * most twice as long as the last batch took, because callers on other members are about that far
 * away. If the callers do not return, some batches are formed without waiting.
 *
 * <p>Guarded by its owner's lock.
 */
final class ReturningCallers {
  /** With fewer callers, the cost of another entry does not matter. */
  private static final int CALLERS_MIN = 4;

  private static final long WAIT_NANOS_MAX = 4_000_000;

  /** Number of batches formed without waiting after callers did not return. */
  private static final int BATCHES_SKIPPED = 32;

  private int answered;
  private int inLastBatch;
  private int expected;
  private long untilNanos;
  private int batchesToSkip;

  /**
   * Records that callers were answered.
   *
   * @param tookNanos time since their batch was formed
   */
  void answered(int callers, long tookNanos, long nowNanos) {
    answered += callers;
    expected += callers;
    untilNanos = nowNanos + Math.min(WAIT_NANOS_MAX, 2 * tookNanos);
  }

  void arrived(int commands) {
    expected = Math.max(0, expected - commands);
  }

  /** How long the next batch should still wait; 0 if it should not wait. */
  long waitNanos(long nowNanos) {
    return batchesToSkip > 0 || answered < CALLERS_MIN || expected <= 0
        ? 0
        : Math.max(0, untilNanos - nowNanos);
  }

  /** Whether the last batch had so few commands that waiting is not worthwhile. */
  boolean areFew() {
    return inLastBatch < CALLERS_MIN;
  }

  /** Records that a batch was formed. */
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
