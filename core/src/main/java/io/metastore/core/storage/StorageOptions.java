package io.metastore.core.storage;

/**
 * Memory that the tables may use, outside the Java heap but for one part.
 *
 * @param cacheBytes blocks, indexes and filters read from disk
 * @param writeBufferBytes entries not yet flushed, over all tables; also bounds what a restart
 *     replays
 * @param rowCacheBytes on the heap: keys written lately, for the writer; a power of two
 */
public record StorageOptions(long cacheBytes, long writeBufferBytes, int rowCacheBytes) {
  public static final StorageOptions DEFAULT = new StorageOptions(32L << 20, 16L << 20, 8 << 20);
}
