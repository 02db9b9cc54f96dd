package io.metastore.core.api;

import org.jspecify.annotations.Nullable;

/**
 * Watchers that share one ordered, bounded queue of messages.
 *
 * <p>Thread-safe. A slow reader never holds up the store or other streams: once the queue is full
 * the stream's watchers stop receiving, and they are fed from the change log as soon as there is
 * room again.
 */
public interface WatchStream extends AutoCloseable {

  /**
   * Adds a watcher; a {@link WatchMessage.Created} and later its events appear in the queue.
   *
   * @param watchId not in use on this stream
   */
  void create(long watchId, WatchSpec spec);

  /**
   * Removes a watcher; ends in {@link WatchMessage.Cancelled} if the watcher existed, in nothing
   * otherwise.
   */
  void cancel(long watchId);

  /**
   * Asks for one {@link WatchMessage.StreamProgress}. It is dropped if the stream has no watchers
   * or one of them still catches up.
   */
  void requestProgress();

  /**
   * Takes the next message, or null if there is none now; {@code onMessages} will then tell of the
   * next.
   */
  @Nullable WatchMessage poll();

  /** Forgets all watchers and messages. */
  @Override
  void close();
}
