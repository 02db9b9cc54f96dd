package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

import io.metastore.core.api.StoreException.ChangeRefused;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counters and histograms of what this member has done since it started. Thread-safe; updated by
 * the store, read by any thread.
 */
public final class Meters {
  private static final double MILLISECOND = 0.001;
  private static final int SECOND_BOUNDS = 14;

  /** Callers state their ID themselves. Beyond this number, they are counted together. */
  private static final int CALLERS_MAX = 256;

  /** Seconds per fsync of the Raft log; one histogram for all members in the process. */
  public static final Histogram LOG_SYNCS = Histogram.doubling(MILLISECOND, SECOND_BOUNDS);

  /**
   * Seconds per write to the Raft log's file, without fsync; one histogram for all members in the
   * process.
   */
  public static final Histogram LOG_WRITES = Histogram.doubling(MILLISECOND, SECOND_BOUNDS);

  /** Bytes written to the Raft log's files by all members in the process. */
  public static final LongAdder LOG_BYTES = new LongAdder();

  /**
   * Seconds per write of one entry's changes to the tables; one histogram for all members in the
   * process.
   */
  public static final Histogram TABLE_WRITES = Histogram.doubling(MILLISECOND, SECOND_BOUNDS);

  /** Seconds that rewriting the tables without obsolete entries took. */
  public final Histogram defragmentations = Histogram.doubling(0.1, 13);

  /** Seconds from the start of applying a log entry until its changes are visible. */
  public final Histogram applies = Histogram.doubling(0.0001, 20);

  /** Applied entries and reads that took longer than the configured warning time. */
  public final LongAdder slowApplies = new LongAdder();

  public final LongAdder puts = new LongAdder();
  public final LongAdder deletes = new LongAdder();

  /** Bytes of keys and values in all puts. */
  public final LongAdder putBytes = new LongAdder();

  /** Replicated transactions with more than one operation or with compares. */
  public final LongAdder txns = new LongAdder();

  /** Ranges read on this member, without those in replicated transactions. */
  public final LongAdder ranges = new LongAdder();

  /** Events sent to watchers. */
  public final LongAdder watchEvents = new LongAdder();

  /** Versions of keys that compactions have removed. */
  public final LongAdder compactedVersions = new LongAdder();

  /** When the last compaction was completed, in seconds since 1970; 0 for not since the start. */
  public final AtomicLong lastCompaction = new AtomicLong();

  /** Commands from callers on this member that were not proposed or whose outcome is unknown. */
  public final LongAdder failedProposals = new LongAdder();

  /** TTLs of granted leases, in seconds. */
  public final Histogram leaseTtls = Histogram.doubling(1, 24);

  public final LongAdder leasesRevoked = new LongAdder();

  /** Revoked leases that had expired. */
  public final LongAdder leasesExpired = new LongAdder();

  /** Lease renewals requested by callers on this member. */
  public final LongAdder leaseRenewals = new LongAdder();

  /** Questions for an index to read at that no leader could answer; they are repeated. */
  public final LongAdder failedReadIndexes = new LongAdder();

  /** Linearizable reads that got no index to read at in time. */
  public final LongAdder expiredReadIndexes = new LongAdder();

  /** Learners that were given a vote while this member led. */
  public final LongAdder promotions = new LongAdder();

  private final Map<ChangeRefused.Reason, LongAdder> refusedPromotions =
      new EnumMap<>(ChangeRefused.Reason.class);
  private final Map<RequestKind, Histogram> served = new EnumMap<>(RequestKind.class);
  private final Map<RequestKind, Histogram> unserved = new EnumMap<>(RequestKind.class);
  private final Histogram servedRanges = newRangeReads();
  private final Histogram unservedRanges = newRangeReads();
  private final Map<String, PeerMeter> peers = new ConcurrentHashMap<>();
  private final Map<Long, Traffic> callers = new ConcurrentHashMap<>();
  private final Traffic unknownCallers = new Traffic();

  /** Starts at zero. */
  public Meters() {
    for (ChangeRefused.Reason reason : ChangeRefused.Reason.values()) {
      refusedPromotions.put(reason, new LongAdder());
    }
    for (RequestKind kind : RequestKind.values()) {
      served.put(kind, Histogram.doubling(MILLISECOND, SECOND_BOUNDS));
      unserved.put(kind, Histogram.doubling(MILLISECOND, SECOND_BOUNDS));
    }
  }

  private static Histogram newRangeReads() {
    return Histogram.doubling(0.0001, 20);
  }

  /** Refused promotions of learners while this member led. */
  public LongAdder refusedPromotions(ChangeRefused.Reason reason) {
    return requireNonNull(refusedPromotions.get(reason));
  }

  /**
   * Seconds from the arrival of a request of a caller on this member until its outcome is known.
   *
   * @param success false for requests whose outcome is unknown, and for refused reads
   */
  public Histogram requests(RequestKind kind, boolean success) {
    return requireNonNull((success ? served : unserved).get(kind));
  }

  /** Seconds that reading a range from the tables took, without waiting for its turn. */
  public Histogram rangeReads(boolean success) {
    return success ? servedRanges : unservedRanges;
  }

  /** What two members have sent each other in calls in one direction, Raft's messages included. */
  public static final class Traffic {
    public final LongAdder bytesSent = new LongAdder();
    public final LongAdder bytesReceived = new LongAdder();

    /** Calls that have not ended; a leader's stream of log entries is one. */
    public final LongAdder openCalls = new LongAdder();
  }

  /** Calls from this member to another one; besides the traffic, without Raft's own messages. */
  public static final class PeerMeter {
    public final Traffic traffic = new Traffic();

    /** Seconds until the answer, for calls that the other member answers without waiting. */
    public final Histogram roundTrips = Histogram.doubling(0.0001, 16);

    /** Calls without an answer. */
    public final LongAdder failures = new LongAdder();
  }

  /**
   * The counters of calls to one member.
   *
   * @param urls the member's URLs when it was added to the cluster
   */
  public PeerMeter peer(String urls) {
    return peers.computeIfAbsent(urls, key -> new PeerMeter());
  }

  /** The traffic of calls from another member to this one. */
  public Traffic caller(long memberId) {
    Traffic known = callers.get(memberId);
    if (known != null) {
      return known;
    }
    return callers.size() < CALLERS_MAX
        ? callers.computeIfAbsent(memberId, key -> new Traffic())
        : unknownCallers;
  }
}
