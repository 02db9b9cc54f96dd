package io.metastore.core.raft;

/** What became of a proposal, as far as this member knows. */
public enum ProposalResult {
  /** Committed; applied too, if this member leads. */
  COMMITTED,
  /** Surely not in the log and never will be: proposing it again is safe. */
  NOT_PROPOSED,
  /** May be in the log, or may become so. */
  UNKNOWN
}
