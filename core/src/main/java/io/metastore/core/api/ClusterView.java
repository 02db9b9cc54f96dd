package io.metastore.core.api;

import io.metastore.core.command.Alarm;
import java.util.List;

/**
 * The state of this member and of its cluster, as far as this member knows it. Thread-safe; never
 * blocks.
 */
public interface ClusterView {

  long clusterId();

  long memberId();

  /** The name of this member, from its configuration. */
  String name();

  /** The current Raft term. */
  long term();

  /** The newest revision that a read on this member can see. */
  long revision();

  /** Member ID of the leader; 0 if none is known. */
  long leaderId();

  /** How many leader changes this member has seen since it started. */
  long leaderChanges();

  /** Milliseconds since this member last knew a leader; 0 while it knows one. */
  long leaderlessMs();

  /** The highest Raft log index that this member knows to be committed. */
  long committedIndex();

  /** The Raft log index of the last entry applied on this member. */
  long appliedIndex();

  /** Bytes of all data files on this member, including obsolete entries. */
  long sizeBytes();

  /** Estimated bytes of the entries on this member that are not obsolete. */
  long sizeInUseBytes();

  /**
   * The quota: size of the tables, in bytes, from which on this member refuses writes; negative for
   * no quota.
   */
  long quotaBytes();

  /** The alarms that are raised as of the last applied entry, ordered by kind and member. */
  List<Alarm> alarms();

  /** All members of the cluster, ordered by ID, including those that were never started. */
  List<MemberInfo> members();

  /** Whether this member is a learner: it receives the log but does not vote. Fast. */
  boolean isLearner();

  /** The smallest TTL that adapters grant, in seconds: long enough to outlive a leader election. */
  long minLeaseTtl();

  /** The maximum size of one command, in bytes. */
  int maxRequestBytes();

  /** Number of commands from callers on this member whose outcome is not known yet. */
  long pendingProposals();

  /** Numbers of watchers on this member. */
  WatchCounts watches();

  /** The number of keys. */
  long keys();

  /** The number of states of the tables that are kept for readers, including the newest. */
  int openViews();

  /**
   * The compacted revision: versions that were replaced before it are gone; 0 if nothing was
   * compacted.
   */
  long compactedRevision();

  /** Counters and histograms of this member. */
  Meters meters();

  /** Counters of this member's calls to another one. */
  Meters.PeerMeter peerMeter(long memberId);

  /**
   * Numbers of watchers on one member.
   *
   * @param streams watch streams that the watchers use
   * @param watchers all watchers
   * @param slow watchers that are catching up or wait for their client to read
   * @param pendingEvents events that wait for their client to read
   */
  record WatchCounts(int streams, int watchers, int slow, long pendingEvents) {}
}
