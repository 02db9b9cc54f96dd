package io.metastore.bench.range;

import org.jspecify.annotations.Nullable;

/**
 * The result of one phase.
 *
 * @param server the server's name
 * @param phase what the readers did
 * @param seconds how long all of them took; null if they did not read to the end
 * @param keysPerSecond of all readers together; null in the same case
 * @param mebibytesPerSecond of keys and values; null in the same case
 * @param liveHeapBytes data on the server's heap after a full garbage collection, while the readers
 *     are stopped or at the end of the phase; null if the server is not a JVM
 * @param rssBytes the server's resident memory at the same moment
 * @param peakRssBytes the largest resident memory in this phase
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
