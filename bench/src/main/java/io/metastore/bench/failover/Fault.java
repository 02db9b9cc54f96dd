package io.metastore.bench.failover;

import java.util.Locale;

/** How a leader is lost. */
public enum Fault {
  /** The process gets SIGKILL. */
  KILLED,
  /** The process gets SIGSTOP: its connections stay open, and nothing answers. */
  STOPPED,
  /** Nothing passes between the leader and the other members; no connection breaks. */
  CUT_BOTH_WAYS,
  /** What the other members send does not reach the leader. */
  CUT_TO_LEADER,
  /** What the leader sends does not reach the other members. */
  CUT_FROM_LEADER;

  /** As options and tables have it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
