package io.metastore.core.api;

/** What happened to a session of the znode tree. */
public sealed interface SessionEvent {
  long session();

  /** The session belongs to this connection from now on. */
  record Attached(long session, long attachment) implements SessionEvent {}

  /** The session is gone, and its ephemeral nodes with it. */
  record Ended(long session) implements SessionEvent {}
}
