package io.metastore.core.raft;

/** The result of a membership change. */
public enum ChangeResult {
  DONE,
  /** Certainly not done: this member does not lead. */
  NOT_LEADER,
  /** Certainly not done: another change is in progress, or its outcome is not known yet. */
  IN_PROGRESS,
  /** Certainly not done: the new member was sent the log but stopped responding. */
  NOT_CAUGHT_UP,
  /** Certainly not done: Raft rejects the change as too large. */
  REFUSED,
  /** The change may have been made, or may still be. */
  UNKNOWN
}
