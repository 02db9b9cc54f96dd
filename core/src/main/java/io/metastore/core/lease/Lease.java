package io.metastore.core.lease;

/**
 * A lease as all replicas know it.
 *
 * @param ttl granted, in seconds
 * @param remaining in seconds at the last checkpoint; 0 for the full TTL
 * @param grantedIndex Raft log index of the grant: tells apart leases that had the same id one
 *     after the other
 */
public record Lease(long id, long ttl, long remaining, long grantedIndex) {

  /** In seconds: what a new leader must assume is left. */
  public long assumedRemaining() {
    return remaining > 0 ? remaining : ttl;
  }
}
