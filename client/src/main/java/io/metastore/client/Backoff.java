package io.metastore.client;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Pauses between attempts: doubling to a bound, each with a random part so that many clients do not
 * come back at once. Owned by whoever makes the attempts.
 */
final class Backoff {
  private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(1_000);

  private long boundNanos = FIRST_NANOS;

  /** Between half of the present bound and the bound, in nanoseconds. */
  long nextNanos() {
    long bound = boundNanos;
    boundNanos = Math.min(2 * bound, MOST_NANOS);
    return ThreadLocalRandom.current().nextLong(bound / 2, bound + 1);
  }

  /** After a success: begin anew. */
  void reset() {
    boundNanos = FIRST_NANOS;
  }
}
