package io.metastore.core.api;

/**
 * Who this member is and how its cluster does, as far as this member knows. Thread-safe, never
 * blocks.
 */
public interface ClusterView {

  long clusterId();

  long memberId();

  /** The current Raft term. */
  long term();

  /** The newest revision that reads on this member can see. */
  long revision();

  /** The leader's member id, 0 if none is known. */
  long leaderId();

  /** Milliseconds since a leader was last known; 0 while there is one. */
  long leaderlessMs();

  /** The shortest lease that outlives a leader election, in seconds. */
  long minLeaseTtl();

  /** The most bytes that one command may have. */
  int maxRequestBytes();
}
