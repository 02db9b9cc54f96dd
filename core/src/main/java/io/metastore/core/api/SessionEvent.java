package io.metastore.core.api;

/** What happened to a session of the znode tree. */
public sealed interface SessionEvent {
  long session();

  /** The session was attached to this connection. */
  record Attached(long session, long attachment) implements SessionEvent {}

  /** The session ended and its ephemeral nodes were deleted. */
  record Ended(long session) implements SessionEvent {}
}
