package io.metastore.core.api;

import io.metastore.core.command.Alarm;
import java.util.List;

/**
 * Who this member is and how its cluster does, as far as this member knows. Thread-safe, never
 * blocks.
 */
public interface ClusterView {

  long clusterId();

  long memberId();

  /** The name that this member was told at its start. */
  String name();

  /** The current Raft term. */
  long term();

  /** The newest revision that reads on this member can see. */
  long revision();

  /** The leader's member id, 0 if none is known. */
  long leaderId();

  /** How often this member has seen a leader that was not the one before, since it started. */
  long leaderChanges();

  /** Milliseconds since a leader was last known; 0 while there is one. */
  long leaderlessMs();

  /** The highest Raft log index known here to be committed. */
  long committedIndex();

  /** The Raft log index of the last entry applied here. */
  long appliedIndex();

  /** Bytes of all data files on this member, obsolete entries included. */
  long sizeBytes();

  /** Estimated bytes of the entries on this member that are not obsolete. */
  long sizeInUseBytes();

  /** The size at which this member refuses to grow, in bytes; negative if it has no quota. */
  long quotaBytes();

  /** The alarms that are raised, as far as this member has applied the log; by kind and member. */
  List<Alarm> alarms();

  /** All members of the cluster, by id. */
  List<MemberInfo> members();

  /** The shortest lease that outlives a leader election, in seconds. */
  long minLeaseTtl();

  /** The most bytes that one command may have. */
  int maxRequestBytes();

  /** Commands of callers on this member whose outcome is not known yet. */
  long pendingProposals();

  /** Watchers on this member. */
  WatchCounts watches();

  /** The revision up to which history has been given up; 0 if none. */
  long compactedRevision();

  /** What this member has done. */
  Meters meters();

  /**
   * Watchers on one member.
   *
   * @param streams that they share
   * @param watchers all of them
   * @param slow those that catch up, or wait for their client
   */
  record WatchCounts(int streams, int watchers, int slow) {}
}
