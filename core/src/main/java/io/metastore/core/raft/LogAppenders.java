package io.metastore.core.raft;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.protocol.RaftPeerId;

/**
 * This member's log appenders, while it leads.
 *
 * <p>Thread-safe.
 */
final class LogAppenders {
  private static final String PARAMETER = "metastore.log.appenders";

  private final List<GuardedLogAppender> appenders = new CopyOnWriteArrayList<>();

  /** Where {@link GuardedGrpcFactory}, which Ratis creates, finds this. */
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

  /** The entry at this index, and all before it, are committed, which followers may not know. */
  void committed(long index) {
    for (GuardedLogAppender appender : appenders) {
      appender.committed(index);
    }
  }

  /** A follower hears by other means that all up to this index is committed. */
  void told(RaftPeerId follower, long index) {
    for (GuardedLogAppender appender : appenders) {
      if (appender.getFollowerId().equals(follower)) {
        appender.told(index);
      }
    }
  }

  /** How far a follower's log is known to agree with this leader's; -1 for an unknown follower. */
  long matchIndex(RaftPeerId follower) {
    for (GuardedLogAppender appender : appenders) {
      if (appender.getFollowerId().equals(follower)) {
        return appender.getFollower().getMatchIndex();
      }
    }
    return -1;
  }

  /** Has those of the followers be sent the log again to whom it is not sent any more. */
  void restartStopped(List<RaftPeerId> followers) {
    for (GuardedLogAppender appender : appenders) {
      if (!appender.isRunning() && followers.contains(appender.getFollowerId())) {
        appender.getLeaderState().restart(appender);
      }
    }
  }

  /** Replaces the appender to a follower by a new one; nothing happens if there is none. */
  void restart(RaftPeerId follower) {
    for (GuardedLogAppender appender : appenders) {
      if (appender.getFollowerId().equals(follower)) {
        appender.getLeaderState().restart(appender);
      }
    }
  }
}
