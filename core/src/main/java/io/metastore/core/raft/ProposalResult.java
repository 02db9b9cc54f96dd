package io.metastore.core.raft;

/** The result of a proposal, as far as this member knows. */
public enum ProposalResult {
  /** Committed; also applied, if this member leads. */
  COMMITTED,
  /** Certainly not in the log, now or later: proposing it again is safe. */
  NOT_PROPOSED,
  /** May be in the log, or may still get there. */
  UNKNOWN
}
