package io.metastore.core.api;

import java.util.concurrent.CompletableFuture;

/** A caller waiting for a lock. Thread-safe. */
public interface LockWait {

  /**
   * Completes with {@link Outcome.LockPlace} when the lock is held (or, with {@code try_only}, is
   * found taken), or with {@link Outcome.Failed}.
   */
  CompletableFuture<Outcome> held();

  /**
   * The caller no longer wants the lock: its place is given up as soon as it is known, whether held
   * or not, and {@link #held()} may never complete.
   *
   * @return false if {@link #held()} is complete or about to be: what it tells stands
   */
  boolean cancel();
}
