package io.metastore.bench.failover;

import java.util.Locale;

/** The ways in which a leader fails. */
public enum Fault {
  /** The process gets SIGKILL. */
  KILLED,
  /** The process gets SIGSTOP: its connections stay open, but it does not answer. */
  STOPPED,
  /** No byte passes between the leader and the other members, but connections stay open. */
  CUT_BOTH_WAYS,
  /** Bytes from the other members do not reach the leader. */
  CUT_TO_LEADER,
  /** Bytes from the leader do not reach the other members. */
  CUT_FROM_LEADER,
  /** It does not fail: it is asked to hand over to another member. */
  TRANSFERRED,
  /** The process gets SIGTERM, and hands over before it ends. */
  TERMINATED;

  /** Whether the leader goes on serving for a moment after the fault, and then hands over. */
  public boolean isHandOver() {
    return this == TRANSFERRED || this == TERMINATED;
  }

  /** The name in options and tables. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
