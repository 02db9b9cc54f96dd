package io.metastore.core.lease;

/** What a log entry did to a lease. */
public sealed interface LeaseEvent {

  /** The lease exists, or its checkpoint changed. */
  record Updated(Lease lease) implements LeaseEvent {}

  /** The lease is gone. */
  record Revoked(long id) implements LeaseEvent {}
}
