package io.metastore.core.api;

import org.jspecify.annotations.Nullable;

/**
 * A watch stream: watchers that share one ordered, bounded queue of messages.
 *
 * <p>Thread-safe. A slow reader never delays the store or other streams: when the queue is full,
 * the stream's watchers stop receiving events, and later catch up from the change log when there is
 * room again.
 */
public interface WatchStream extends AutoCloseable {

  /**
   * Adds a watcher; a {@link WatchMessage.Created} and later its events are queued.
   *
   * @param watchId not in use on this stream
   */
  void create(long watchId, WatchSpec spec);

  /** Removes a watcher; if it existed, a {@link WatchMessage.Cancelled} is queued. */
  void cancel(long watchId);

  /**
   * Requests one {@link WatchMessage.StreamProgress}. The request is dropped if the stream has no
   * watchers or one of them is still catching up.
   */
  void requestProgress();

  /**
   * Takes the next message; null if there is none. {@code onMessages} is called when the next one
   * arrives.
   */
  @Nullable WatchMessage poll();

  /** Removes all watchers and messages. */
  @Override
  void close();
}
