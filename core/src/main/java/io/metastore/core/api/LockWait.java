package io.metastore.core.api;

import java.util.concurrent.CompletableFuture;

/** A caller's wait for a lock. Thread-safe. */
public interface LockWait {

  /**
   * Completes with {@link Outcome.LockPlace} when the lock is held, or with {@link Outcome.Failed}.
   * With {@code try_only} it also completes if another owner holds the lock.
   */
  CompletableFuture<Outcome> held();

  /**
   * Cancels the wait. The place in the queue is withdrawn as soon as it is known, even if it holds
   * the lock by then, and {@link #held()} may never complete.
   *
   * @return false if {@link #held()} has completed or is about to; its result then stands
   */
  boolean cancel();
}
