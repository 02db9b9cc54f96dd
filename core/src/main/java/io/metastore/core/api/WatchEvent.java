package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One key was put or deleted.
 *
 * @param current the new version; for a delete only the key and the revision of the delete (as mod
 *     revision) are set
 * @param previous the version replaced, if there was one, it is known and it was asked for
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
