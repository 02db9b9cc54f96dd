package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

/**
 * Something that watchers of a znode may want to know.
 *
 * @param revision at which it happened
 * @param acl of the node; for a deletion as it was before
 */
public record TreeEvent(Kind kind, String path, long revision, ZnodeAcl acl) {

  /** What happened to the node. */
  public enum Kind {
    CREATED,
    DELETED,
    DATA_CHANGED,
    /** A child was created or deleted; follows that child's own event. */
    CHILDREN_CHANGED
  }

  public TreeEvent {
    requireNonNull(kind, "kind");
    requireNonNull(path, "path");
    requireNonNull(acl, "acl");
  }
}
