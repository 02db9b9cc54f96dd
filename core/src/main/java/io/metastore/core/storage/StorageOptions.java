package io.metastore.core.storage;

/**
 * Memory that the tables may use outside the Java heap.
 *
 * @param cacheBytes blocks, indexes and filters read from disk
 * @param writeBufferBytes entries not yet flushed, over all tables; also bounds what a restart
 *     replays
 */
public record StorageOptions(long cacheBytes, long writeBufferBytes) {
  public static final StorageOptions DEFAULT = new StorageOptions(32L << 20, 16L << 20);
}
