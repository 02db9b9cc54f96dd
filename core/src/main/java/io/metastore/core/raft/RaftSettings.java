package io.metastore.core.raft;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.apache.ratis.server.RaftServerConfigKeys.Rpc;
import org.apache.ratis.server.impl.FollowerState;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of Raft on this member. Constants without a reason given were measured, or read in
 * the sources of Ratis 3.2.2, see {@code ratis.md} §4.
 *
 * @param storageDirectory directory of the log and the vote
 * @param checkpointDirectory directory of the checkpoints; its parent, used for temporary
 *     directories, must be on the same file system
 * @param peerListen addresses at which other members reach this one
 * @param peerTls TLS between members; null for none
 * @param heartbeatMs the interval of the leader's heartbeats; also, how soon an unreachable member
 *     is retried
 * @param electionTimeoutMs minimum time that a follower waits for its leader; each further fifth of
 *     it is one more member's turn to start an election
 * @param catchupEntries number of log entries to keep before a checkpoint, so that a follower that
 *     lacks no more does not need the checkpoint
 * @param maxRequestBytes maximum size of a client request
 * @param forcedGroup whether the members with which Raft is started replace those in its log
 */
public record RaftSettings(
    Path storageDirectory,
    Path checkpointDirectory,
    PeerListen peerListen,
    @Nullable PeerTls peerTls,
    int heartbeatMs,
    int electionTimeoutMs,
    int catchupEntries,
    int maxRequestBytes,
    boolean forcedGroup) {

  /** A new member has caught up when it lacks at most this many entries of the log. */
  static final int CAUGHT_UP_ENTRIES = 50;

  private static final int MIB = 1 << 20;
  // An entry: one MiB of commands, plus one command of the maximum size, plus framing.
  private static final int BATCH_BYTES_MAX = MIB;
  private static final int FRAMING_BYTES = 64 << 10;

  public RaftSettings {
    requireNonNull(storageDirectory, "storageDirectory");
    requireNonNull(checkpointDirectory, "checkpointDirectory");
    requireNonNull(peerListen, "peerListen");
    if (heartbeatMs <= 0 || electionTimeoutMs <= 0 || maxRequestBytes <= 0) {
      throw new IllegalArgumentException(
          "must be positive: heartbeatMs="
              + heartbeatMs
              + " electionTimeoutMs="
              + electionTimeoutMs
              + " maxRequestBytes="
              + maxRequestBytes);
    }
  }

  /**
   * The Raft group of a cluster. Ratis uses it as the name of the directory of its log and vote.
   */
  public static UUID groupId(long clusterId) {
    return new UUID(0x6d65746173746f72L, clusterId);
  }

  /** The directory where Ratis stores the log and the vote of a group. */
  Path groupDirectory(UUID groupId) {
    return storageDirectory.resolve(groupId.toString()).resolve("current");
  }

  /**
   * All settings except TLS and our own services, which Ratis takes as parameters.
   *
   * @param alone whether this member is the only one of its group, as far as it knows
   */
  RaftProperties toProperties(boolean alone) {
    RaftProperties properties = new RaftProperties();
    transport(properties);
    timing(properties, alone);
    log(properties);
    sizes(properties);
    snapshots(properties);
    membership(properties);
    return properties;
  }

  private void transport(RaftProperties p) {
    RaftConfigKeys.Rpc.setType(p, new GuardedRpcType());
    // Further addresses are added to Ratis' gRPC server directly; Ratis has properties for one
    // only.
    GrpcConfigKeys.Server.setHost(p, peerListen.first().getHostString());
    GrpcConfigKeys.Server.setPort(p, peerListen.first().getPort());
    GrpcConfigKeys.setFlowControlWindow(p, bytes(4 * MIB));
  }

  private void timing(RaftProperties p, boolean alone) {
    Rpc.setTimeoutMin(p, ms(electionTimeoutMs));
    // The longest wait for votes. A leader that hears from no majority for this time steps down,
    // unless QuorumWatch has made it step down earlier. FollowerState has the followers' timer.
    Rpc.setTimeoutMax(p, ms(3L * electionTimeoutMs / 2));
    // How long a starting member waits for a leader. With pre-vote it cannot disturb a leader, so
    // it need not wait for a full election timeout; without other members it need not wait at all.
    FollowerState.setFirstTimeoutMs(p, alone ? 1 : Math.min(150, electionTimeoutMs));
    // Here, only how long a starting member waits for votes.
    Rpc.setFirstElectionTimeoutMin(p, ms(electionTimeoutMs));
    Rpc.setFirstElectionTimeoutMax(p, ms(3L * electionTimeoutMs / 2));
    RaftServerConfigKeys.LeaderElection.setPreVote(p, true);
    Rpc.setRequestTimeout(p, ms(5000));
    // How long a leader that lost its majority stays out of elections; also, the pause of the
    // process after which a leader steps down.
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(p, ms(2L * electionTimeoutMs));
    // Ratis closes its server if the process was paused for longer, such as by suspending the
    // machine; 60 s by default.
    RaftServerConfigKeys.setCloseThreshold(p, TimeDuration.valueOf(7, TimeUnit.DAYS));
    GuardedLogAppender.setHeartbeatMs(p, heartbeatMs);
    // By default, a member that was away for 20 s is retried only every 5 s.
    Log.Appender.setRetryPolicy(p, "1ms,10, " + heartbeatMs + "ms,1000000");
    // By default, there is 1 ms between two sends to a follower.
    Log.Appender.setWaitTimeMin(p, TimeDuration.ZERO);
    // How long every member keeps the reply to a call ID, for clients that retry (ours never does).
    // Longer, and replies would live until the garbage collector moves them to the old generation.
    // The property's name is "expirytime"; the manual's name is wrong.
    RaftServerConfigKeys.RetryCache.setExpiryTime(p, ms(100));
    RaftServerConfigKeys.Write.setElementLimit(p, 4096);
  }

  private void log(RaftProperties p) {
    // The default is /tmp/raft-server.
    RaftServerConfigKeys.setStorageDir(p, List.of(storageDirectory.toFile()));
    // With either of these, entries would be acknowledged before they are on disk.
    Log.setAsyncFlushEnabled(p, false);
    Log.setUnsafeFlushEnabled(p, false);
    // The other policy also ignores damage in the middle of the log; a torn end is handled by
    // RaftLogRepair.
    Log.setCorruptionPolicy(p, Log.CorruptionPolicy.EXCEPTION);
    // Without this, a follower processes appends concurrently and gets confused (ratis.md §3 #6).
    Log.setAppendEntriesComposeEnabled(p, true);
    // Would append, replicate and force a second entry whenever the commit index advances.
    Log.setLogMetadataEnabled(p, false);
    Log.setForceSyncNum(p, 128);
    // Ratis keeps the entries of the open segment, and of the last finished ones, as objects on the
    // heap.
    Log.setSegmentSizeMax(p, bytes(4 * MIB));
    // Space is allocated by writing zeros: larger steps mean longer stalls.
    Log.setPreallocatedSize(p, bytes(MIB));
    Log.setSegmentCacheNumMax(p, 1);
    Log.setSegmentCacheSizeMax(p, bytes(4 * MIB));
    // Purge up to the checkpoint, not only up to the slowest follower, which is sent a checkpoint
    // instead.
    Log.setPurgeUptoSnapshotIndex(p, true);
    // LogRetention decides how much to keep at each checkpoint.
    Log.setPurgePreservationLogNum(p, 0);
    Log.setPurgeGap(p, 1);
  }

  /**
   * Sets the sizes. Ratis refuses to start unless the write buffer and the message size exceed the
   * limit of an entry.
   */
  private void sizes(RaftProperties p) {
    int entryBytesMax =
        Math.addExact(Math.addExact(BATCH_BYTES_MAX, maxRequestBytes), FRAMING_BYTES);
    int sendBytesMax = Math.max(4 * MIB, entryBytesMax);
    Log.Appender.setBufferByteLimit(p, bytes(sendBytesMax));
    Log.setWriteBufferSize(p, bytes((long) sendBytesMax + FRAMING_BYTES));
    GrpcConfigKeys.setMessageSizeMax(p, bytes(Math.max(64L * MIB, sendBytesMax + 2L * MIB)));
    // Two entries in flight and a third one waiting must not be refused because of their size.
    long queueBytesMax = Math.max(64L * MIB, 3L * entryBytesMax);
    Log.setQueueByteLimit(p, bytes(queueBytesMax));
    RaftServerConfigKeys.Write.setByteLimit(p, bytes(queueBytesMax));
  }

  private static void snapshots(RaftProperties p) {
    // Ratis' trigger counts entries, which means little if an entry has thousands of commands.
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, false);
    RaftServerConfigKeys.Snapshot.setCreationGap(p, 1);
    // Eight chunks are in flight at once, on the heap of both members; the default size is 16 MB.
    Log.Appender.setSnapshotChunkSizeMax(p, bytes(MIB));
  }

  private static void membership(RaftProperties p) {
    RaftServerConfigKeys.setStagingCatchupGap(p, CAUGHT_UP_ENTRIES);
    // How long it may be silent meanwhile. Until then no other change of Raft's members is
    // possible.
    RaftServerConfigKeys.setStagingTimeout(p, ms(10_000));
  }

  private static TimeDuration ms(long ms) {
    return TimeDuration.valueOf(ms, TimeUnit.MILLISECONDS);
  }

  private static SizeInBytes bytes(long bytes) {
    return SizeInBytes.valueOf(bytes);
  }
}
