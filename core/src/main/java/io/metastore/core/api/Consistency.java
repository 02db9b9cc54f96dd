package io.metastore.core.api;

/** How fresh a read must be. */
public enum Consistency {
  /** Sees every write that was acknowledged anywhere before the read began. Needs a majority. */
  LINEARIZABLE,
  /** This member's state at once: consistent in itself, possibly stale. */
  SERIALIZABLE
}
