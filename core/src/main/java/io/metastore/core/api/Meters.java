package io.metastore.core.api;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What this member has done since it started. Thread-safe; counted by the store, read by anybody.
 */
public final class Meters {
  private static final double MILLISECOND = 0.001;
  private static final int SECOND_BOUNDS = 14;

  /** Seconds that one fsync of the Raft log took; shared by all members in the process. */
  public static final Histogram LOG_SYNCS = Histogram.doubling(MILLISECOND, SECOND_BOUNDS);

  /** Seconds that one write of the Raft log to its file took, without fsync; shared alike. */
  public static final Histogram LOG_WRITES = Histogram.doubling(MILLISECOND, SECOND_BOUNDS);

  /** Bytes written to the Raft log's files; shared alike. */
  public static final LongAdder LOG_BYTES = new LongAdder();

  /** Seconds that writing the changes of one entry to the tables took; shared alike. */
  public static final Histogram TABLE_WRITES = Histogram.doubling(MILLISECOND, SECOND_BOUNDS);

  /** Seconds from taking up a log entry to its changes being visible. */
  public final Histogram applies = Histogram.doubling(0.0001, 20);

  /** Entries and reads that took longer than the member warns of. */
  public final LongAdder slowApplies = new LongAdder();

  public final LongAdder puts = new LongAdder();
  public final LongAdder deletes = new LongAdder();

  /** Keys and values of all puts. */
  public final LongAdder putBytes = new LongAdder();

  /** Transactions in the log that are more than one put or delete. */
  public final LongAdder txns = new LongAdder();

  /** Ranges read on this member, those in transactions of the log excepted. */
  public final LongAdder ranges = new LongAdder();

  /** Commands of this member's callers whose outcome is unknown or that were not proposed. */
  public final LongAdder failedProposals = new LongAdder();

  /** TTLs of leases granted, in seconds. */
  public final Histogram leaseTtls = Histogram.doubling(1, 24);

  public final LongAdder leasesRevoked = new LongAdder();

  /** Of those revoked, the ones whose time was up. */
  public final LongAdder leasesExpired = new LongAdder();

  /** Renewals that callers of this member asked for. */
  public final LongAdder leaseRenewals = new LongAdder();

  private final Map<String, PeerMeter> peers = new ConcurrentHashMap<>();

  /** This member's calls to another one, beside Raft's own. */
  public static final class PeerMeter {
    /** Seconds until calls that are answered at once were answered. */
    public final Histogram roundTrips = Histogram.doubling(0.0001, 16);

    /** Calls that got no answer. */
    public final LongAdder failures = new LongAdder();
  }

  /**
   * The calls to the member that listens there.
   *
   * @param address host and port
   */
  public PeerMeter peer(String address) {
    return peers.computeIfAbsent(address, key -> new PeerMeter());
  }
}
