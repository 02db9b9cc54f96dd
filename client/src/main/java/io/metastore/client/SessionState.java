package io.metastore.client;

/** How sure a session is that it lives. */
public enum SessionState {
  /** Renewed in time. */
  SAFE,
  /**
   * Less than a third of the TTL is left and no renewal was answered: begin nothing that needs the
   * session. It becomes safe again, or lost.
   */
  JEOPARDY,
  /**
   * The servers said so, or the time is over, or it was closed: what it owned is gone, or will be.
   * For good.
   */
  LOST
}
