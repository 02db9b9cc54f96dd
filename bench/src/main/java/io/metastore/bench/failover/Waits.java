package io.metastore.bench.failover;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/**
 * How long writes that begin one after the other wait: each until it, or one that began later,
 * succeeds. Thread-safe.
 */
final class Waits {
  private final long endNanos;
  private final CompletableFuture<Long> longest = new CompletableFuture<>();

  // The fields below are guarded by this.
  /** When the writes began that still wait, in order. */
  private final Deque<Long> waiting = new ArrayDeque<>();

  private boolean anyBegan;
  private long longestNanos;

  /**
   * @param endNanos of the writes that begin later, only the first one of all counts
   */
  Waits(long endNanos) {
    this.endNanos = endNanos;
  }

  synchronized void began(long nanos) {
    if (!anyBegan || nanos - endNanos <= 0) {
      waiting.add(nanos);
    }
    anyBegan = true;
  }

  synchronized void succeeded(long beganNanos, long nanos) {
    while (!waiting.isEmpty() && waiting.element() - beganNanos <= 0) {
      longestNanos = Math.max(longestNanos, nanos - waiting.remove());
    }
    if (waiting.isEmpty() && nanos - endNanos >= 0) {
      longest.complete(longestNanos);
    }
  }

  /** Completes with the longest wait when no write that counts can begin any more, or waits. */
  CompletableFuture<Long> longest() {
    return longest;
  }
}
