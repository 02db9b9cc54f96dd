package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;

/**
 * What a watcher watches.
 *
 * @param rangeEnd as in a range: empty for a single key, one zero byte for no upper bound
 * @param startRevision the first revision to send; 0 for the next one; may be in the future
 * @param puts whether to send puts
 * @param deletes whether to send deletions
 * @param previous whether events include the replaced version
 * @param progress whether to send {@link WatchMessage.Progress} when there have been no events for
 *     a while
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
