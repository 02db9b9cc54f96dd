package io.metastore.bench.lock;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Checks that a lock never has two holders at a time, according to its holders. Thread-safe if the
 * lock works.
 */
final class Possession {
  private final AtomicBoolean held = new AtomicBoolean();
  private volatile long releasedNanos;

  /**
   * Reports that a client got the lock.
   *
   * @return when the previous holder began to release it, as a {@link System#nanoTime}; 0 for the
   *     first holder
   * @throws IllegalStateException if another client holds it
   */
  long taken() {
    if (!held.compareAndSet(false, true)) {
      throw new IllegalStateException("two clients hold one lock");
    }
    return releasedNanos;
  }

  /** Reports that the holder is about to release the lock. */
  void givingUp() {
    releasedNanos = System.nanoTime();
    held.set(false);
  }
}
