package io.metastore.core.watch;

/**
 * What watching may use.
 *
 * @param queuedBytesMax all streams' queues together; each gets an equal part, within sane bounds
 * @param inboxBytesMax events on their way from the apply thread to the hub; above it the hub reads
 *     the change log instead
 * @param progressIntervalMs how long a watcher that asked for it stays without news
 */
public record WatchLimits(long queuedBytesMax, long inboxBytesMax, long progressIntervalMs) {
  private static final long STREAM_BYTES_MIN = 32 << 10;
  private static final long STREAM_BYTES_MAX = 4 << 20;

  long streamBytesMax(int streams) {
    return Math.max(
        STREAM_BYTES_MIN, Math.min(STREAM_BYTES_MAX, queuedBytesMax / Math.max(1, streams)));
  }
}
