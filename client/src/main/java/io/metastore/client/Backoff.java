package io.metastore.client;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Pauses between attempts. A pause doubles up to a limit and has a random part, so that many
 * clients do not retry at the same moment. Not thread-safe.
 */
final class Backoff {
  private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(1_000);

  private long boundNanos = FIRST_NANOS;

  /** The next pause in nanoseconds: between half of the current limit and the limit. */
  long nextNanos() {
    long bound = boundNanos;
    boundNanos = Math.min(2 * bound, MOST_NANOS);
    return ThreadLocalRandom.current().nextLong(bound / 2, bound + 1);
  }

  /** Starts over with the shortest pause, after a success. */
  void reset() {
    boundNanos = FIRST_NANOS;
  }
}
