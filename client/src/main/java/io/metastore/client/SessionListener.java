package io.metastore.client;

/**
 * Receives the states of a session, in order, one call at a time. It may block. When it is called,
 * the state may already have changed again.
 */
@FunctionalInterface
public interface SessionListener {
  /** The session has entered this state. {@link SessionState#LOST} is always the last call. */
  void changed(SessionState state);
}
