package io.metastore.core.raft;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.impl.CaughtUp;

/**
 * This member's log appenders while it leads.
 *
 * <p>Thread-safe.
 */
final class LogAppenders {
  private static final String PARAMETER = "metastore.log.appenders";

  private final List<GuardedLogAppender> appenders = new CopyOnWriteArrayList<>();

  /** Stores this object where {@link GuardedGrpcFactory}, which Ratis creates, can find it. */
  void putInto(Parameters parameters) {
    parameters.put(PARAMETER, this, LogAppenders.class);
  }

  static LogAppenders of(Parameters parameters) {
    return parameters.getNonNull(PARAMETER, LogAppenders.class);
  }

  void add(GuardedLogAppender appender) {
    appenders.removeIf(other -> other.getFollowerId().equals(appender.getFollowerId()));
    appenders.add(appender);
  }

  /** All entries up to this index are committed; notifies followers that may not know it. */
  void committed(long index) {
    for (GuardedLogAppender appender : appenders) {
      appender.committed(index);
    }
  }

  /** Records that a follower learned otherwise that all entries up to this index are committed. */
  void told(RaftPeerId follower, long index) {
    for (GuardedLogAppender appender : appenders) {
      if (appender.getFollowerId().equals(follower)) {
        appender.told(index);
      }
    }
  }

  /**
   * The index up to which a follower's log is known to agree with this leader's; -1 for an unknown
   * follower.
   */
  long matchIndex(RaftPeerId follower) {
    for (GuardedLogAppender appender : appenders) {
      if (appender.getFollowerId().equals(follower)) {
        return appender.getFollower().getMatchIndex();
      }
    }
    return -1;
  }

  /** Whether a follower is being sent the checkpoint with this index. */
  boolean isSending(long checkpoint) {
    return appenders.stream().anyMatch(appender -> appender.sending() == checkpoint);
  }

  /** Some follower needs the entries after this index; the maximum if none is known to. */
  long neededAfter() {
    return appenders.stream()
        .mapToLong(GuardedLogAppender::neededAfter)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  /** All followers have the entries up to this index; the maximum if there are none. */
  long receivedByAll() {
    long least = Long.MAX_VALUE;
    for (GuardedLogAppender appender : appenders) {
      if (appender.isRunning()) {
        least = Math.min(least, appender.getFollower().getMatchIndex());
      }
    }
    return least;
  }

  /** Milliseconds since the last reply of a follower; the maximum if it is no follower. */
  long sinceReplyMs(RaftPeerId follower) {
    for (GuardedLogAppender appender : appenders) {
      if (appender.getFollowerId().equals(follower)) {
        return appender.getFollower().getLastRpcResponseTime().elapsedTimeMs();
      }
    }
    return Long.MAX_VALUE;
  }

  /** See {@link CaughtUp}. */
  void recordCaughtUp(RaftServer.Division division, RaftPeerRole... roles) {
    for (GuardedLogAppender appender : appenders) {
      CaughtUp.record(division, appender.getFollower(), roles);
    }
  }

  /** Restarts the appenders of those followers whose appenders have stopped. */
  void restartStopped(List<RaftPeerId> followers) {
    for (GuardedLogAppender appender : appenders) {
      if (!appender.isRunning() && followers.contains(appender.getFollowerId())) {
        appender.getLeaderState().restart(appender);
      }
    }
  }

  /** Replaces a follower's appender; does nothing if there is none. */
  void restart(RaftPeerId follower) {
    for (GuardedLogAppender appender : appenders) {
      if (appender.getFollowerId().equals(follower)) {
        appender.getLeaderState().restart(appender);
      }
    }
  }
}
