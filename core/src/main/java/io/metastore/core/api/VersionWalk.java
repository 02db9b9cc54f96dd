package io.metastore.core.api;

import org.jspecify.annotations.Nullable;

/**
 * All versions of all keys, in the order in which they were made. Of the versions up to the
 * compacted revision, only those that a compaction keeps are included. For use by one thread at a
 * time.
 */
public interface VersionWalk extends AutoCloseable {

  /** The next version; null after the last. May read from disk. */
  @Nullable StoredVersion next();

  /** Deletes temporary files. */
  @Override
  void close();
}
