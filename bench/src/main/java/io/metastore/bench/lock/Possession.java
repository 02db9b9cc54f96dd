package io.metastore.bench.lock;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Who has one lock, as its holders believe, which must not be two at a time. Thread-safe, if the
 * lock is one.
 */
final class Possession {
  private final AtomicBoolean held = new AtomicBoolean();
  private volatile long releasedNanos;

  /**
   * Somebody got the lock.
   *
   * @return when the last holder gave it up, as a {@link System#nanoTime}; 0 for the first one
   * @throws IllegalStateException if somebody else has it
   */
  long taken() {
    if (!held.compareAndSet(false, true)) {
      throw new IllegalStateException("two clients hold one lock");
    }
    return releasedNanos;
  }

  /** The holder is about to release the lock. */
  void givingUp() {
    releasedNanos = System.nanoTime();
    held.set(false);
  }
}
