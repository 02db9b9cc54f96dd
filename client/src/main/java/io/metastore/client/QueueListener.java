package io.metastore.client;

import io.metastore.api.v1.WatchLockResponse;

/** Receives changes of a lock's queue. Called by one thread at a time; may block. */
@FunctionalInterface
public interface QueueListener {
  /**
   * The queue, or the changes in it.
   *
   * @param whole true if {@code queue} contains the whole queue, which is the case at first and
   *     after a lost connection; false if it contains only the places that changed
   */
  void changed(WatchLockResponse queue, boolean whole);

  /**
   * The watch ended without a call of {@link QueueWatch#close}.
   *
   * @param failure a {@link MetastoreException}, or the exception thrown by {@link #changed}
   */
  default void ended(Throwable failure) {}
}
