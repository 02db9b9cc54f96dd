package io.metastore.bench.lock;

import io.metastore.bench.load.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Fills the queue of one lock and empties it, repeatedly. Used by one thread. */
final class Drain {
  private static final String LOCK = "shared";
  private static final long TIMEOUT_SECONDS = 120;
  private static final long ASK_INTERVAL_MS = 20;

  // A request is visible in the queue slightly before its wait has been set up.
  private static final long SETTLE_MS = 500;

  private final LockClients services;
  private final Tally grants;
  private final Tally releases;
  private final List<Contender> contenders = new ArrayList<>();

  /** An empty queue. */
  Drain(LockWork work, LockClients services, Tally grants, Tally releases)
      throws InterruptedException {
    this.services = services;
    this.grants = grants;
    this.releases = releases;
    for (int i = 0; i <= work.clients(); i++) {
      contenders.add(services.contender(i, LOCK));
    }
  }

  /**
   * Fills the queue and empties it.
   *
   * @param measurement open while the queue is emptied, until the last waiter has the lock
   * @throws IllegalStateException if a call fails or is not answered
   */
  void pass(Measurement measurement) throws InterruptedException {
    Queue queue = new Queue();
    queue.fill();
    measurement.open();
    queue.releaseFirst();
    await(queue.empty);
    measurement.close();
    queue.releaseLast();
  }

  private static <T> T await(CompletableFuture<T> end) throws InterruptedException {
    try {
      return end.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a call failed: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new IllegalStateException("a contender did not get the lock in time", e);
    }
  }

  /** One round of filling and emptying. */
  private final class Queue {
    private final Possession possession = new Possession();
    private final AtomicInteger waiting = new AtomicInteger(contenders.size() - 1);
    private final CompletableFuture<Contender> empty = new CompletableFuture<>();

    void fill() throws InterruptedException {
      await(contenders.get(0).acquire());
      possession.taken();
      for (Contender waiter : contenders.subList(1, contenders.size())) {
        check(waiter.acquire().thenRun(() -> granted(waiter)));
      }
      while (services.queued(LOCK) < contenders.size()) {
        if (empty.isDone()) {
          await(empty);
        }
        TimeUnit.MILLISECONDS.sleep(ASK_INTERVAL_MS);
      }
      TimeUnit.MILLISECONDS.sleep(SETTLE_MS);
    }

    void releaseFirst() {
      release(contenders.get(0));
    }

    void releaseLast() throws InterruptedException {
      await(await(empty).release());
    }

    private void granted(Contender holder) {
      long now = System.nanoTime();
      grants.succeeded(now - possession.taken());
      if (waiting.decrementAndGet() == 0) {
        empty.complete(holder);
      } else {
        release(holder);
      }
    }

    private void release(Contender holder) {
      possession.givingUp();
      long startNanos = System.nanoTime();
      check(holder.release().thenRun(() -> releases.succeeded(System.nanoTime() - startNanos)));
    }

    private void check(CompletableFuture<Void> call) {
      call.whenComplete(
          (done, failure) -> {
            if (failure != null) {
              empty.completeExceptionally(failure);
            }
          });
    }
  }
}
