package io.metastore.core.api;

import java.util.List;

/** What a watch stream says, in the order in which it must be passed on. */
public sealed interface WatchMessage {

  /** The watcher exists; {@code revision} is the store's. */
  record Created(long watchId, long revision) implements WatchMessage {}

  /**
   * Whole revisions, in order: none is torn over two messages.
   *
   * @param revision every event for this watcher up to this revision has now been sent
   */
  record Events(long watchId, long revision, List<WatchEvent> events) implements WatchMessage {}

  /** Nothing new: every event of this one watcher up to {@code revision} has been sent. */
  record Progress(long watchId, long revision) implements WatchMessage {}

  /**
   * Answer to a request for progress: every event of all the stream's watchers up to {@code
   * revision} has been sent.
   */
  record StreamProgress(long revision) implements WatchMessage {}

  /** The watcher was cancelled by its owner; nothing follows for it. */
  record Cancelled(long watchId, long revision) implements WatchMessage {}

  /** The watcher cannot go on: events it needs were compacted. Nothing follows for it. */
  record Compacted(long watchId, long compactRevision) implements WatchMessage {}
}
