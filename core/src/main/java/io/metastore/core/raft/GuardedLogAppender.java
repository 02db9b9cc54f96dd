package io.metastore.core.raft;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.raftlog.RaftLogIOException;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the log to one follower like Ratis' own appender, and recovers from three of that
 * appender's defects.
 *
 * <p>First, Ratis 3.2.2 tries to restart an appender whose thread failed, but only if it is still
 * running, which it never is then; the follower receives nothing until the leader changes ({@code
 * ratis.md} §3 #7). Second, a follower that restarted without its log gets heartbeats for the
 * position where its log ended before; it refuses all of them, until there is a new write (§3 #8).
 *
 * <p>Third, if a connection breaks after the follower has received entries and before its replies
 * have arrived, Ratis takes these entries as sent, and learns only from the reply to a later entry
 * that the follower has them: replies to heartbeats do not say so. As the number of batches that
 * may be under way is limited, there may be no later entry, and then no write is committed until
 * the leader changes. This class sends entries again for which no reply is awaited any more.
 *
 * <p>Callers on a follower wait until it applies their command, so the follower should learn of a
 * commit quickly. The follower that forwarded the commands learns of it from the reply ({@link
 * EarlyCommits}); the others with the next entry or, if there is none, by a separate message
 * shortly afterwards.
 *
 * <p>A checkpoint is sent slowly, see {@link CheckpointParts}. It must be kept meanwhile, and so
 * must the log that the follower needs next: see {@link #sending} and {@link #neededAfter}.
 */
final class GuardedLogAppender extends GrpcLogAppender {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedLogAppender.class);

  private static final String HEARTBEAT_MS = "metastore.heartbeat-ms";

  /** How long to wait for the next entry before sending a commit index on its own. */
  private static final long COMMIT_DELAY_MS = 1;

  /** Nothing is kept for a follower that has not replied for this long. Source: etcd, doubled. */
  private static final long SILENT_MS = 60_000;

  /** A timed wait may end slightly early. */
  private static final long COMMIT_DELAY_NANOS_MIN = 800_000;

  /** The last entry known to be committed. */
  private volatile long committed = RaftLog.INVALID_LOG_INDEX;

  /** The commit index that the follower was last told. */
  private final AtomicLong told = new AtomicLong(RaftLog.INVALID_LOG_INDEX);

  /**
   * Since when the follower lacks the newest commit index; 0 if it does not. Used by the appender's
   * thread.
   */
  private long lackingSinceNanos;

  /** The first and the last entry that were ever sent. Used by the appender's thread. */
  private long firstSent = Long.MAX_VALUE;

  private long lastSent = RaftLog.INVALID_LOG_INDEX;

  /** When the last entries were sent. Used by the appender's thread. */
  private long lastSentNanos;

  /**
   * Whether the appender's thread looks by itself, within {@link #COMMIT_DELAY_MS}, whether the
   * entries that it has sent are committed: it need not be woken then. Changed by that thread.
   */
  private volatile boolean looking;

  /**
   * Since when entries have neither an acknowledgement nor a request that waits for one; 0 if there
   * are none. Used by the appender's thread.
   */
  private long unansweredSinceNanos;

  /** Changed by the appender's thread. */
  private volatile long sending = RaftLog.INVALID_LOG_INDEX;

  /**
   * Whether a checkpoint was sent, and the follower has not caught up with the log after it yet.
   * Changed by the appender's thread.
   */
  private volatile boolean copying;

  private final int heartbeatMs;

  GuardedLogAppender(RaftServer.Division server, LeaderState leaderState, FollowerInfo follower) {
    super(server, leaderState, follower);
    this.heartbeatMs =
        server
            .getRaftServer()
            .getProperties()
            .getInt(HEARTBEAT_MS, server.properties().minRpcTimeoutMs() / 10);
  }

  /** After how long without a message a follower is sent a heartbeat. */
  static void setHeartbeatMs(RaftProperties properties, int heartbeatMs) {
    properties.setInt(HEARTBEAT_MS, heartbeatMs);
  }

  /** Runs on the appender's own thread until the appender is stopped or replaced. */
  @Override
  public void run() throws IOException {
    try {
      super.run();
    } catch (IOException | RuntimeException | Error e) {
      if (e instanceof InterruptedIOException || !isRunning()) {
        throw e;
      }
      LOG.error("log appender failed, restarting it follower={}", getFollowerId(), e);
      restart();
    }
  }

  /**
   * Makes the leader replace this appender. The new one starts at index 0: it sends a checkpoint if
   * the log does not reach back that far. This also fixes the known cause of failures, a previous
   * entry that was purged (RATIS-2487).
   */
  private void restart() throws IOException {
    try {
      // A pause, so that a permanent fault does not cause a busy loop; shorter than the time after
      // which the follower would miss its heartbeats.
      TimeUnit.MILLISECONDS.sleep(getServer().properties().minRpcTimeoutMs() / 4);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    getLeaderState().restart(this);
    // Already stopped, so this only completes the streams to the follower.
    super.run();
  }

  /**
   * Records that all entries up to this index are committed, and wakes the appender if the follower
   * does not know it and the appender does not look by itself.
   */
  void committed(long index) {
    committed = index;
    notifyLogAppender();
  }

  /**
   * Records that the follower learned otherwise that all entries up to this index are committed.
   */
  void told(long index) {
    told.accumulateAndGet(index, Math::max);
  }

  /** Whether entries were sent of which the follower will soon have to be told the commit. */
  private boolean expectsCommit() {
    return lastSent > Math.max(told.get(), getFollower().getCommitIndex())
        && System.nanoTime() - lastSentNanos < TimeUnit.MILLISECONDS.toNanos(heartbeatMs);
  }

  private boolean lacksCommit() {
    return Math.max(told.get(), getFollower().getCommitIndex())
        < Math.min(committed, getFollower().getMatchIndex());
  }

  /**
   * Wakes the appender only if there is something to send; Ratis calls this five times per entry.
   * No wake-up is lost, because state is always changed before this is called.
   */
  @Override
  public void notifyLogAppender() {
    if (shouldSendAppendEntries()
        || (!looking && lacksCommit())
        || getLeaderState().isFollowerBootstrapping(getFollower())) {
      super.notifyLogAppender();
    }
  }

  @Override
  public Iterable<InstallSnapshotRequestProto> newInstallSnapshotRequests(
      String requestId, SnapshotInfo checkpoint) {
    sending = checkpoint.getIndex();
    copying = true;
    return new CheckpointParts(super.newInstallSnapshotRequests(requestId, checkpoint));
  }

  /** The index of the checkpoint that is being sent; -1 if none is. */
  long sending() {
    return sending;
  }

  /**
   * A follower that was sent a checkpoint needs the entries after this index, or it would have to
   * be sent another one. The maximum if it needs none.
   */
  long neededAfter() {
    boolean silent = getFollower().getLastRpcResponseTime().elapsedTimeMs() > SILENT_MS;
    if (!copying || silent || !isRunning()) {
      return Long.MAX_VALUE;
    }
    long from = Math.max(sending, getFollower().getMatchIndex());
    return from == RaftLog.INVALID_LOG_INDEX ? Long.MAX_VALUE : from;
  }

  /** Called by the appender's thread, which either sends a checkpoint or entries. */
  private void noteNotSending() {
    sending = RaftLog.INVALID_LOG_INDEX;
    if (copying
        && getFollower().getMatchIndex() + RaftSettings.CAUGHT_UP_ENTRIES
            > getRaftLog().getLastCommittedIndex()) {
      copying = false;
    }
  }

  /** Called by the appender's thread, each time before it waits. */
  @Override
  public long getWaitTimeMs() {
    // First this, then the look at the commit index: a commit in between wakes this thread.
    looking = expectsCommit();
    return looking || lacksCommit()
        ? Math.min(COMMIT_DELAY_MS, super.getWaitTimeMs())
        : super.getWaitTimeMs();
  }

  /**
   * If the follower lacks the newest commit index, Ratis wakes up but sends nothing when there are
   * no entries. This sends a message without entries, unless one with entries is sent first.
   */
  @Override
  public AppendEntriesRequestProto newAppendEntriesRequest(long callId, boolean heartbeat)
      throws RaftLogIOException {
    noteNotSending();
    repeatUnanswered();
    AppendEntriesRequestProto request = super.newAppendEntriesRequest(callId, heartbeat);
    if (request == null && isCommitDue()) {
      request = super.newAppendEntriesRequest(callId, true);
    }
    if (request != null) {
      if (request.hasPreviousLog()) {
        // The follower advances its commit index only as far as its log is known to agree.
        long last = request.getPreviousLog().getIndex() + request.getEntriesCount();
        told(Math.min(request.getLeaderCommit(), last));
      }
      lackingSinceNanos = 0;
      if (request.getEntriesCount() > 0) {
        firstSent = Math.min(firstSent, request.getEntries(0).getIndex());
        lastSent = request.getEntries(request.getEntriesCount() - 1).getIndex();
        lastSentNanos = System.nanoTime();
      }
    }
    return request;
  }

  /**
   * Goes back to the first entry without acknowledgement if no reply can be expected for it: its
   * request was dropped with a broken connection, or timed out. A follower accepts an entry twice.
   */
  private void repeatUnanswered() {
    long next = Math.max(firstSent, getFollower().getMatchIndex() + 1);
    if (lastSent < next || hasPendingDataRequests() || getFollower().getNextIndex() <= next) {
      unansweredSinceNanos = 0;
      return;
    }
    long now = System.nanoTime();
    if (unansweredSinceNanos == 0) {
      unansweredSinceNanos = now;
    }
    // Not at once: a reply is no longer awaited shortly before its acknowledgement counts.
    if (now - unansweredSinceNanos >= TimeUnit.MILLISECONDS.toNanos(heartbeatMs)) {
      getFollower().setNextIndex(next);
      unansweredSinceNanos = 0;
    }
  }

  /**
   * Ratis sends a heartbeat when it has had no answer for half an election timeout. Here one is due
   * at each full heartbeat interval of this process's clock unless something was sent since the one
   * before: all followers get theirs at the same time, and so miss a lost leader at the same time.
   */
  @Override
  public long getHeartbeatWaitTimeMs() {
    long nowMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    long sinceTickMs = Math.floorMod(nowMs, heartbeatMs);
    long sinceSentMs = getFollower().getLastRpcSendTime().elapsedTimeMs();
    long waitMs = sinceSentMs > sinceTickMs ? 0 : heartbeatMs - sinceTickMs;
    return Math.min(super.getHeartbeatWaitTimeMs(), waitMs);
  }

  private boolean isCommitDue() {
    if (!lacksCommit()) {
      lackingSinceNanos = 0;
      return false;
    }
    long now = System.nanoTime();
    if (lackingSinceNanos == 0) {
      lackingSinceNanos = now;
    }
    return now - lackingSinceNanos >= COMMIT_DELAY_NANOS_MIN;
  }

  @Override
  protected long getNextIndexForInconsistency(long requestFirstIndex, long replyNextIndex) {
    // Ratis never goes back behind an acknowledged index unless an entry was refused, and a
    // heartbeat has no entry. Sending an entry twice is harmless, so the follower's index is used.
    boolean heartbeat = requestFirstIndex == RaftLog.INVALID_LOG_INDEX;
    if (heartbeat && replyNextIndex <= getFollower().getMatchIndex()) {
      return Math.max(RaftLog.LEAST_VALID_LOG_INDEX, replyNextIndex);
    }
    return super.getNextIndexForInconsistency(requestFirstIndex, replyNextIndex);
  }
}
