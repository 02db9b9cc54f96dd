package io.metastore.core.storage;

/**
 * Memory that the tables may use; outside the Java heap, except the row caches.
 *
 * @param cacheBytes blocks, indexes and filters read from disk
 * @param writeBufferBytes entries not yet flushed, over all tables; also limits what a restart
 *     replays
 * @param rowCacheBytes recently written rows of each of three tables, for the writing thread; on
 *     the heap; a power of two
 */
public record StorageOptions(long cacheBytes, long writeBufferBytes, int rowCacheBytes) {
  public static final StorageOptions DEFAULT = new StorageOptions(32L << 20, 16L << 20, 8 << 20);
}
