package io.metastore.core.watch;

/**
 * Memory limits and intervals of watching.
 *
 * @param queuedBytesMax bytes in all streams' queues together; each stream gets an equal share,
 *     within bounds
 * @param inboxBytesMax bytes of events waiting between the apply thread and the hub; above it, the
 *     hub reads the change log instead
 * @param revisionBytesMax bytes of the events of one revision, which form one message; a watcher
 *     that would receive more is ended
 * @param progressIntervalMs how long a watcher that requested progress may go without a message
 */
public record WatchLimits(
    long queuedBytesMax, long inboxBytesMax, long revisionBytesMax, long progressIntervalMs) {
  private static final long STREAM_BYTES_MIN = 32 << 10;
  private static final long STREAM_BYTES_MAX = 4 << 20;

  long streamBytesMax(int streams) {
    return Math.max(
        STREAM_BYTES_MIN, Math.min(STREAM_BYTES_MAX, queuedBytesMax / Math.max(1, streams)));
  }
}
