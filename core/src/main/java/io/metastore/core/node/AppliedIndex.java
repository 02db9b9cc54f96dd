package io.metastore.core.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The Raft log index up to which this member has applied the log; callers can wait for it.
 * Thread-safe.
 */
final class AppliedIndex {
  private final Executor executor;
  private final PriorityQueue<Waiter> waiters =
      new PriorityQueue<>(Comparator.comparingLong(Waiter::index));
  private volatile long index;

  private record Waiter(long index, CompletableFuture<Void> reached) {}

  /**
   * @param executor completes the futures of {@link #await}
   */
  AppliedIndex(Executor executor, long index) {
    this.executor = executor;
    this.index = index;
  }

  long get() {
    return index;
  }

  /** Completes once all entries up to {@code awaited} are applied and visible on this member. */
  CompletableFuture<Void> await(long awaited) {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    synchronized (waiters) {
      if (index < awaited) {
        waiters.add(new Waiter(awaited, reached));
        return reached;
      }
    }
    executor.execute(() -> reached.complete(null));
    return reached;
  }

  /** Called by the apply thread after it has published the view. */
  void advance(long applied) {
    List<CompletableFuture<Void>> due = new ArrayList<>();
    synchronized (waiters) {
      index = applied;
      for (Waiter next = waiters.peek();
          next != null && next.index() <= applied;
          next = waiters.peek()) {
        due.add(waiters.remove().reached());
      }
    }
    if (!due.isEmpty()) {
      executor.execute(() -> due.forEach(reached -> reached.complete(null)));
    }
  }
}
