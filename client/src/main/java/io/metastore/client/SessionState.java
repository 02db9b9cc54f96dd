package io.metastore.client;

/** How certain it is that a session lives. */
public enum SessionState {
  /** Renewed in time. */
  SAFE,
  /**
   * Less than a third of the TTL is left, and no renewal was answered. Do not start work that needs
   * the session. The next state is safe or lost.
   */
  JEOPARDY,
  /**
   * The servers reported the loss, the TTL has passed, or the session was closed. Its keys and
   * locks are gone or soon will be. This state is final.
   */
  LOST
}
