package io.metastore.bench.range;

import org.jspecify.annotations.Nullable;

/**
 * What one phase did.
 *
 * @param server name of the server
 * @param phase what the readers did
 * @param seconds how long all of them took; null if nobody read to the end
 * @param keysPerSecond read by all of them together; null likewise
 * @param mebibytesPerSecond likewise, of keys and values
 * @param liveHeapBytes on the server's heap after a full collection: with the readers stopped, if
 *     they stop in this phase, else at its end; null if the server has no such heap
 * @param rssBytes the server's resident memory at the same moment
 * @param peakRssBytes the largest in this phase
 */
public record MemoryLine(
    String server,
    String phase,
    @Nullable Double seconds,
    @Nullable Double keysPerSecond,
    @Nullable Double mebibytesPerSecond,
    @Nullable Long liveHeapBytes,
    long rssBytes,
    long peakRssBytes) {}
