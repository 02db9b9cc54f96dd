package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

/**
 * A change of a znode that watchers may be interested in.
 *
 * @param revision revision of the change
 * @param acl access list of the node; for a deletion, the one before it
 */
public record TreeEvent(Kind kind, String path, long revision, ZnodeAcl acl) {

  /** What happened to the node. */
  public enum Kind {
    CREATED,
    DELETED,
    DATA_CHANGED,
    /** A child was created or deleted. Follows the child's own event. */
    CHILDREN_CHANGED
  }

  public TreeEvent {
    requireNonNull(kind, "kind");
    requireNonNull(path, "path");
    requireNonNull(acl, "acl");
  }
}
