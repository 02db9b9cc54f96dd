package io.metastore.client;

/**
 * Hears of a session's states. Called in order, one call at a time for each session, on a thread
 * where it may block; so when it is called the state may have changed again.
 */
@FunctionalInterface
public interface SessionListener {
  /** The session has come into this state; for {@link SessionState#LOST} the last call. */
  void changed(SessionState state);
}
