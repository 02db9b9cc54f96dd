package io.metastore.core.raft;

/** What became of a change of members. */
public enum ChangeResult {
  DONE,
  /** Surely not done: this member does not lead. */
  NOT_LEADER,
  /** Surely not done: another change is under way, or its outcome is not known yet. */
  IN_PROGRESS,
  /** Surely not done: the new member was given the log and fell silent. */
  NOT_CAUGHT_UP,
  /** Surely not done: Raft finds the change too large. */
  REFUSED,
  /** It may be done, or may yet be. */
  UNKNOWN
}
