package io.metastore.core.api;

/** The consistency of a read. */
public enum Consistency {
  /** Sees every write that any member acknowledged before the read began. Needs a majority. */
  LINEARIZABLE,
  /** Reads the state of this member without asking others: consistent in itself, possibly stale. */
  SERIALIZABLE
}
