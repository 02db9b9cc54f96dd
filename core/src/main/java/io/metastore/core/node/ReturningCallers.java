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
 * away. If the callers do not return, some batches are formed without waiting: more of them each
 * time, so that callers that send at their own pace are hardly ever delayed.
 *
 * <p>Guarded by its owner's lock.
 */
final class ReturningCallers {
  /**
   * Of fewer callers all have to return: if one of two does not, the wait was in vain for half of
   * them.
   */
  private static final int FEW = 4;

  private static final long WAIT_NANOS_MAX = 4_000_000;

  /**
   * Number of batches formed without waiting after callers did not return; doubled each time, and
   * halved when several callers return.
   */
  private static final int BATCHES_SKIPPED_MIN = 4;

  private static final int BATCHES_SKIPPED_MAX = 128;

  private int answered;
  private int inLastBatch;
  private int expected;
  private long untilNanos;
  private int batchesSkipped = BATCHES_SKIPPED_MIN;
  private int batchesToSkip;

  /**
   * Records that callers were answered.
   *
   * @param tookNanos time since their batch was formed
   */
  void answered(int callers, long tookNanos, long nowNanos) {
    answeredMore(callers);
    untilNanos = nowNanos + Math.min(WAIT_NANOS_MAX, 2 * tookNanos);
  }

  /**
   * Records that more callers were answered than commands, or fewer: a caller that waits for a lock
   * is answered when another one's command releases it, and not by its own command. Comes before
   * {@link #answered} of the same entry.
   *
   * @param callers negative if there were fewer
   */
  void answeredMore(int callers) {
    answered += callers;
    expected += callers;
  }

  void arrived(int commands) {
    if (expected > 0) {
      expected = Math.max(0, expected - commands);
    }
  }

  /** How long the next batch should still wait; 0 if it should not wait. */
  long waitNanos(long nowNanos) {
    return batchesToSkip > 0 || expected <= 0 ? 0 : Math.max(0, untilNanos - nowNanos);
  }

  /**
   * Whether commands that arrive now need not wait for others, because only few callers are active.
   */
  boolean areAlone(int commands, long nowNanos) {
    if (batchesToSkip > 0) {
      return inLastBatch < FEW;
    }
    return inLastBatch < 2 && (expected <= commands || nowNanos >= untilNanos);
  }

  /** Records that a batch was formed. */
  void batchFormed(int commands) {
    inLastBatch = commands;
    if (batchesToSkip > 0) {
      batchesToSkip--;
    } else if (answered > 1) {
      if (expected <= (answered < FEW ? 0 : answered / 2)) {
        batchesSkipped = Math.max(BATCHES_SKIPPED_MIN, batchesSkipped / 2);
      } else {
        batchesToSkip = batchesSkipped;
        batchesSkipped = Math.min(BATCHES_SKIPPED_MAX, batchesSkipped * 2);
      }
    }
    answered = 0;
    expected = 0;
  }
}
