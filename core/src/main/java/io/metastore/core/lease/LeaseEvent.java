package io.metastore.core.lease;

/** A change of a lease by a log entry. */
public sealed interface LeaseEvent {

  /** The lease was granted, or its remaining TTL was checkpointed. */
  record Updated(Lease lease) implements LeaseEvent {}

  /** The lease was revoked or has expired. */
  record Revoked(long id) implements LeaseEvent {}
}
