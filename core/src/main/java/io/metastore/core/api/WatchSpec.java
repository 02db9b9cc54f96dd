package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;

/**
 * What a watcher wants to see.
 *
 * @param rangeEnd as in a range: empty for just the key, one zero byte for no upper bound
 * @param startRevision the first revision wanted; 0 for the next one to come; may lie in the future
 * @param puts whether puts are wanted
 * @param deletes whether deletes are wanted
 * @param previous whether events carry the version that they replaced
 * @param progress whether to send a {@link WatchMessage.Progress} when nothing happens for a while
 */
public record WatchSpec(
    ByteString key,
    ByteString rangeEnd,
    long startRevision,
    boolean puts,
    boolean deletes,
    boolean previous,
    boolean progress) {

  public WatchSpec {
    requireNonNull(key, "key");
    requireNonNull(rangeEnd, "rangeEnd");
  }
}
