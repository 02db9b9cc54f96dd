package io.metastore.core.raft;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
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
 */
final class GuardedLogAppender extends GrpcLogAppender {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedLogAppender.class);

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

  /**
   * The entry at this index is committed: wakes the appender if its follower has the entry and may
   * not know that.
   */
  void committed(long index) {
    if (isRunning() && getFollower().getMatchIndex() >= index && followerLacksCommit()) {
      notifyLogAppender();
    }
  }

  /**
   * Ratis wakes up for a follower whose commit index is behind, and then sends nothing for want of
   * entries.
   */
  @Override
  public AppendEntriesRequestProto newAppendEntriesRequest(long callId, boolean heartbeat)
      throws RaftLogIOException {
    AppendEntriesRequestProto request = super.newAppendEntriesRequest(callId, heartbeat);
    return request == null && followerLacksCommit()
        ? super.newAppendEntriesRequest(callId, true)
        : request;
  }

  private boolean followerLacksCommit() {
    long committed = getRaftLog().getLastCommittedIndex();
    return getFollower().getCommitIndex() < Math.min(committed, getFollower().getMatchIndex());
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
