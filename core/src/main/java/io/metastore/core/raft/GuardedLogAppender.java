package io.metastore.core.raft;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.raftlog.RaftLogIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the log to one follower, as Ratis' appender does, and goes on where that one gives up.
 *
 * <p>Ratis 3.2.2 means to restart an appender whose thread threw, but asks first whether it still
 * runs, which it then never does: the follower gets nothing any more until the leader changes
 * ({@code ratis.md} §3 #7). And a follower that came back without its log is sent heartbeats for
 * the place where its log ended before, all refused, until somebody writes (§3 #8).
 *
 * <p>Callers on a follower wait until it applies their command, and so it must hear soon that an
 * entry is committed. The one that forwarded them hears it with the answer ({@link
 * CommitNotifier}); the others by the next entry, or if there is none, by a message of its own a
 * little later.
 */
final class GuardedLogAppender extends GrpcLogAppender {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedLogAppender.class);

  /** How long a follower that lacks the news of a commit may wait for the next entry. */
  private static final long NEWS_DELAY_MS = 1;

  /** A wait may end a little early. */
  private static final long NEWS_DELAY_NANOS_MIN = 800_000;

  /** The last entry known to be committed; news are only what comes after that. */
  private volatile long committed = RaftLog.INVALID_LOG_INDEX;

  /** Up to where the follower was told that entries are committed. */
  private final AtomicLong told = new AtomicLong(RaftLog.INVALID_LOG_INDEX);

  /** Since when the follower lacks news; 0 if it does not. The appender's own thread. */
  private long newsSinceNanos;

  GuardedLogAppender(RaftServer.Division server, LeaderState leaderState, FollowerInfo follower) {
    super(server, leaderState, follower);
  }

  /** Runs in the appender's own thread until it is stopped or replaced. */
  @Override
  public void run() throws IOException {
    try {
      super.run();
    } catch (IOException | RuntimeException e) {
      if (e instanceof InterruptedIOException || !isRunning()) {
        throw e;
      }
      LOG.error("log appender failed, restarting it follower={}", getFollowerId(), e);
      restart();
    }
  }

  /**
   * Has the leader replace this appender. The new one starts from index 0, that is with a
   * checkpoint if the log does not reach back so far; that heals the known cause as well, a
   * previous entry that was purged (RATIS-2487).
   */
  private void restart() throws IOException {
    try {
      // A fault that stays must not become a busy loop. Shorter than the time after which the
      // follower would miss its heartbeats.
      TimeUnit.MILLISECONDS.sleep(getServer().properties().minRpcTimeoutMs() / 4);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    getLeaderState().restart(this);
    // Stopped by now, so this only completes the streams to the follower.
    super.run();
  }

  /** The entry at this index is committed: the follower may wait for the news. */
  void committed(long index) {
    committed = index;
    notifyLogAppender();
  }

  /** The follower hears otherwise that all up to this index is committed. */
  void told(long index) {
    told.accumulateAndGet(index, Math::max);
  }

  private boolean lacksNews() {
    return Math.max(told.get(), getFollower().getCommitIndex())
        < Math.min(committed, getFollower().getMatchIndex());
  }

  /**
   * Ratis wakes its appenders five times for an entry, of which one time is enough. None that
   * counts is lost by this: who changed what is asked here comes afterwards.
   */
  @Override
  public void notifyLogAppender() {
    if (shouldSendAppendEntries()
        || lacksNews()
        || getLeaderState().isFollowerBootstrapping(getFollower())) {
      super.notifyLogAppender();
    }
  }

  @Override
  public long getWaitTimeMs() {
    return lacksNews() ? Math.min(NEWS_DELAY_MS, super.getWaitTimeMs()) : super.getWaitTimeMs();
  }

  /**
   * Ratis wakes up for a follower whose commit index is behind, and then sends nothing for want of
   * entries. Here a message without entries follows, unless one with some comes first.
   */
  @Override
  public AppendEntriesRequestProto newAppendEntriesRequest(long callId, boolean heartbeat)
      throws RaftLogIOException {
    AppendEntriesRequestProto request = super.newAppendEntriesRequest(callId, heartbeat);
    if (request == null && isNewsDue()) {
      request = super.newAppendEntriesRequest(callId, true);
    }
    if (request != null) {
      if (request.hasPreviousLog()) {
        // The follower commits no more than what it surely has by then.
        long last = request.getPreviousLog().getIndex() + request.getEntriesCount();
        told(Math.min(request.getLeaderCommit(), last));
      }
      newsSinceNanos = 0;
    }
    return request;
  }

  private boolean isNewsDue() {
    if (!lacksNews()) {
      newsSinceNanos = 0;
      return false;
    }
    long now = System.nanoTime();
    if (newsSinceNanos == 0) {
      newsSinceNanos = now;
    }
    return now - newsSinceNanos >= NEWS_DELAY_NANOS_MIN;
  }

  @Override
  protected long getNextIndexForInconsistency(long requestFirstIndex, long replyNextIndex) {
    // Ratis never goes back behind what the follower once acknowledged unless an entry was refused;
    // a heartbeat has none. Sending an entry twice does no harm, so believe the follower.
    boolean heartbeat = requestFirstIndex == RaftLog.INVALID_LOG_INDEX;
    if (heartbeat && replyNextIndex <= getFollower().getMatchIndex()) {
      return Math.max(RaftLog.LEAST_VALID_LOG_INDEX, replyNextIndex);
    }
    return super.getNextIndexForInconsistency(requestFirstIndex, replyNextIndex);
  }
}
