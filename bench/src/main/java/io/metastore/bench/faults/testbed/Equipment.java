package io.metastore.bench.faults.testbed;

/** What the members get in addition, because some fault needs it. */
public enum Equipment {
  /** Each member has a disk of its own, which can be filled and lose data. */
  DISKS,
  /** Each member has a wall clock of its own, which can jump. */
  CLOCKS,
  /**
   * Members keep few entries of the Raft log before a checkpoint, so that one that was away for
   * long enough receives a checkpoint.
   */
  SHORT_LOGS
}
