package io.metastore.core.raft;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;
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
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

/**
 * How Raft runs on this member. What is not derived from a component was measured or read in the
 * sources of Ratis 3.2.2, {@code ratis.md} §4.
 *
 * @param storageDirectory of the log and the vote
 * @param checkpointDirectory of the checkpoints, on the same file system as their temporary
 *     neighbour
 * @param peerListen where the other members reach this one, one address at least
 * @param peerTls how members speak TLS with each other; null if they do without
 * @param heartbeatMs how soon a member that was away is tried again. Ratis' leader sends heartbeats
 *     every half election timeout, whatever is set here.
 * @param electionTimeoutMs how long a follower waits for its leader, at least; three times that at
 *     most
 * @param maxRequestBytes size of the largest request that a client may send
 */
public record RaftSettings(
    Path storageDirectory,
    Path checkpointDirectory,
    List<InetSocketAddress> peerListen,
    @Nullable PeerTls peerTls,
    int heartbeatMs,
    int electionTimeoutMs,
    int maxRequestBytes) {

  private static final int MIB = 1 << 20;
  // An entry: commands for one MiB, then one more of the largest size, and their framing.
  private static final int BATCH_BYTES_MAX = MIB;
  private static final int FRAMING_BYTES = 64 << 10;

  public RaftSettings {
    requireNonNull(storageDirectory, "storageDirectory");
    requireNonNull(checkpointDirectory, "checkpointDirectory");
    peerListen = List.copyOf(peerListen);
    if (peerListen.isEmpty()) {
      throw new IllegalArgumentException("no address to listen on");
    }
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

  /** Where Ratis keeps the log and the vote of a group. */
  Path groupDirectory(UUID groupId) {
    return storageDirectory.resolve(groupId.toString()).resolve("current");
  }

  /**
   * Everything but the TLS set-up and our own services, which Ratis takes as parameters.
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
    // The others are added to Ratis' gRPC server itself: it has properties for one only.
    GrpcConfigKeys.Server.setHost(p, peerListen.get(0).getHostString());
    GrpcConfigKeys.Server.setPort(p, peerListen.get(0).getPort());
    GrpcConfigKeys.setFlowControlWindow(p, bytes(4 * MIB));
  }

  private void timing(RaftProperties p, boolean alone) {
    Rpc.setTimeoutMin(p, ms(electionTimeoutMs));
    // A follower looks whether it has heard of its leader only when a random timeout is over, and
    // if it has, waits for a whole new one: it notices a lost leader after twice this at most.
    Rpc.setTimeoutMax(p, ms(3L * electionTimeoutMs / 2));
    // How long a member that starts waits for a leader. With pre-vote it cannot disturb a leader,
    // so it need not wait for a full election timeout; without others it need not wait at all.
    Rpc.setFirstElectionTimeoutMin(p, ms(alone ? 1 : Math.min(150, electionTimeoutMs)));
    Rpc.setFirstElectionTimeoutMax(p, ms(alone ? 2 : Math.min(300, 2L * electionTimeoutMs)));
    RaftServerConfigKeys.LeaderElection.setPreVote(p, true);
    Rpc.setRequestTimeout(p, ms(5000));
    // Not only the time that a leader which lost its majority stays out of elections, but also the
    // pause of the process after which a leader steps down.
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(p, ms(2L * electionTimeoutMs));
    // A process that was paused for longer (60 s by default: a suspended machine) closes its
    // server.
    RaftServerConfigKeys.setCloseThreshold(p, TimeDuration.valueOf(7, TimeUnit.DAYS));
    // By default a member that was away for 20 s is only tried every 5 s.
    Log.Appender.setRetryPolicy(p, "1ms,10, " + heartbeatMs + "ms,1000000");
    // By default 1 ms passes between two sends to a follower.
    Log.Appender.setWaitTimeMin(p, TimeDuration.ZERO);
    // The reply to a call id is kept this long on every member, whether a client can repeat it or
    // not (ours never does). The name of the property is "expirytime"; the manual's is wrong.
    RaftServerConfigKeys.RetryCache.setExpiryTime(p, ms(5000));
    RaftServerConfigKeys.Write.setElementLimit(p, 4096);
  }

  private void log(RaftProperties p) {
    // Default: /tmp/raft-server.
    RaftServerConfigKeys.setStorageDir(p, List.of(storageDirectory.toFile()));
    // Both answer "written" for what is not on disk yet.
    Log.setAsyncFlushEnabled(p, false);
    Log.setUnsafeFlushEnabled(p, false);
    // The other policy also forgives damage in the middle; for a torn end there is RaftLogRepair.
    Log.setCorruptionPolicy(p, Log.CorruptionPolicy.EXCEPTION);
    // Without composing, a follower runs appends concurrently and loses track (ratis.md §3 #6).
    Log.setAppendEntriesComposeEnabled(p, true);
    // Would append, replicate and force a second entry for each move of the commit index.
    Log.setLogMetadataEnabled(p, false);
    Log.setForceSyncNum(p, 128);
    // Ratis keeps the segment it writes, and these behind it, as objects on the heap.
    Log.setSegmentSizeMax(p, bytes(4 * MIB));
    // Space is allocated by writing zeros: more at a time means longer stalls.
    Log.setPreallocatedSize(p, bytes(MIB));
    Log.setSegmentCacheNumMax(p, 1);
    Log.setSegmentCacheSizeMax(p, bytes(4 * MIB));
    // Not only up to the slowest follower: that one is sent a checkpoint.
    Log.setPurgeUptoSnapshotIndex(p, true);
    // LogRetention says how far, checkpoint by checkpoint.
    Log.setPurgePreservationLogNum(p, 0);
    Log.setPurgeGap(p, 1);
  }

  /** Ratis refuses to start unless write buffer and message exceed the limit of an entry. */
  private void sizes(RaftProperties p) {
    int entryBytesMax =
        Math.addExact(Math.addExact(BATCH_BYTES_MAX, maxRequestBytes), FRAMING_BYTES);
    int sendBytesMax = Math.max(4 * MIB, entryBytesMax);
    Log.Appender.setBufferByteLimit(p, bytes(sendBytesMax));
    Log.setWriteBufferSize(p, bytes((long) sendBytesMax + FRAMING_BYTES));
    GrpcConfigKeys.setMessageSizeMax(p, bytes(Math.max(64L * MIB, sendBytesMax + 2L * MIB)));
    // Two entries in flight and a third one waiting must not be refused for their size.
    long queueBytesMax = Math.max(64L * MIB, 3L * entryBytesMax);
    Log.setQueueByteLimit(p, bytes(queueBytesMax));
    RaftServerConfigKeys.Write.setByteLimit(p, bytes(queueBytesMax));
  }

  private static void snapshots(RaftProperties p) {
    // Counts entries, which says nothing where one entry carries thousands of commands.
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, false);
    RaftServerConfigKeys.Snapshot.setCreationGap(p, 1);
    // Eight chunks are under way at once, in the heap of both members; 16 MB each by default.
    Log.Appender.setSnapshotChunkSizeMax(p, bytes(MIB));
  }

  private static void membership(RaftProperties p) {
    // Counts entries too: a new member is close enough when it lacks this many.
    RaftServerConfigKeys.setStagingCatchupGap(p, 50);
    RaftServerConfigKeys.setStagingTimeout(p, ms(30_000));
  }

  private static TimeDuration ms(long ms) {
    return TimeDuration.valueOf(ms, TimeUnit.MILLISECONDS);
  }

  private static SizeInBytes bytes(long bytes) {
    return SizeInBytes.valueOf(bytes);
  }
}
