package io.metastore.core.api;

import java.util.List;

/** A message of a watch stream. Messages must be passed on in the order of the queue. */
public sealed interface WatchMessage {

  /** The watcher was created at the store's revision {@code revision}. */
  record Created(long watchId, long revision) implements WatchMessage {}

  /**
   * Events of one watcher, in order. The events of one revision are never split over two messages.
   *
   * @param revision all events of this watcher up to this revision have now been sent
   */
  record Events(long watchId, long revision, List<WatchEvent> events) implements WatchMessage {}

  /** There are no new events: all events of this watcher up to {@code revision} have been sent. */
  record Progress(long watchId, long revision) implements WatchMessage {}

  /**
   * Answers a progress request: all events of all watchers of the stream up to {@code revision}
   * have been sent.
   */
  record StreamProgress(long revision) implements WatchMessage {}

  /** The watcher was cancelled by the client; this is its last message. */
  record Cancelled(long watchId, long revision) implements WatchMessage {}

  /** Events that the watcher needs were compacted; this is its last message. */
  record Compacted(long watchId, long compactRevision) implements WatchMessage {}

  /**
   * The watcher cannot go on: its events of this one revision need more memory than there is for a
   * message. Nothing follows for it.
   */
  record TooLarge(long watchId, long revision) implements WatchMessage {}
}
