package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A put or a deletion of one key.
 *
 * @param current the new version; for a deletion only the key and, as mod revision, the revision of
 *     the deletion
 * @param previous the replaced version, if there was one, it is still known and it was requested
 */
public record WatchEvent(Kind kind, KeyValue current, @Nullable KeyValue previous) {

  /** What happened. */
  public enum Kind {
    PUT,
    DELETE
  }

  public WatchEvent {
    requireNonNull(kind, "kind");
    requireNonNull(current, "current");
  }
}
