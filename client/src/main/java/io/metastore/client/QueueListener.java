package io.metastore.client;

import io.metastore.api.v1.WatchLockResponse;

/** Hears who holds a lock and who waits. Called by one thread at a time; may block. */
@FunctionalInterface
public interface QueueListener {
  /**
   * The queue, or what has changed in it.
   *
   * @param whole whether {@code queue} has all places: first, and again after a lost connection;
   *     else those that changed
   */
  void changed(WatchLockResponse queue, boolean whole);

  /**
   * The watch ended, other than by {@link QueueWatch#close}.
   *
   * @param failure a {@link MetastoreException}, or what {@link #changed} threw
   */
  default void ended(Throwable failure) {}
}
