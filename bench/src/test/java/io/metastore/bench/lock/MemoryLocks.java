package io.metastore.bench.lock;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A fair lock service in memory, with the counters of a store. */
final class MemoryLocks implements LockClients {
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final boolean excludes;

  // Guarded by this.
  private final Map<String, Queue<CompletableFuture<Void>>> queues = new HashMap<>();
  private long changes;
  private long messages;

  /** A correct service, or one that grants a lock to every client at once. */
  MemoryLocks(boolean excludes) {
    this.excludes = excludes;
  }

  @Override
  public Contender contender(int ordinal, String lock) {
    return new Contender() {
      @Override
      public CompletableFuture<Void> acquire() {
        return MemoryLocks.this.acquire(lock);
      }

      @Override
      public CompletableFuture<Void> release() {
        return MemoryLocks.this.release(lock);
      }
    };
  }

  /** Runs an action, and answers no call before it has ended. */
  void withoutAnswers(Runnable action) {
    thread.execute(action);
  }

  private synchronized CompletableFuture<Void> acquire(String lock) {
    changes++;
    CompletableFuture<Void> place = new CompletableFuture<>();
    Queue<CompletableFuture<Void>> queue = queue(lock);
    queue.add(place);
    if (queue.size() == 1 || !excludes) {
      answer(place);
    }
    return place;
  }

  private synchronized CompletableFuture<Void> release(String lock) {
    changes++;
    Queue<CompletableFuture<Void>> queue = queue(lock);
    queue.remove();
    CompletableFuture<Void> released = new CompletableFuture<>();
    answer(released);
    CompletableFuture<Void> next = queue.peek();
    if (next != null) {
      answer(next);
    }
    return released;
  }

  private Queue<CompletableFuture<Void>> queue(String lock) {
    return queues.computeIfAbsent(lock, name -> new ArrayDeque<>());
  }

  private void answer(CompletableFuture<Void> call) {
    messages++;
    thread.execute(() -> call.complete(null));
  }

  @Override
  public synchronized int queued(String lock) {
    return queue(lock).size();
  }

  @Override
  public synchronized Counts counts() {
    return new Counts(changes, changes, messages);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
