package io.metastore.core.raft;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.jspecify.annotations.Nullable;

/**
 * Notices that the leader's Raft has fallen silent towards a follower that answers otherwise.
 *
 * <p>The last resort behind {@link GuardedLogAppender}, for an appender that hangs or dies in a way
 * that one does not see. A follower is stuck when for a whole period no reply to Raft came from it
 * and every call of our own peer service was answered. Its match index is no sign: it also stands
 * still while a large checkpoint is sent, and then there are replies.
 *
 * <p>Thread-safe: answers come in on transport threads.
 */
final class AppenderWatchdog {

  /**
   * A follower as the leader sees it.
   *
   * @param silentMs time since its last reply to Raft
   */
  record Follower(RaftPeerId id, long silentMs) {}

  private final long periodMs;
  private final LongSupplier clockMs;
  private final Consumer<RaftPeerId> stuck;
  private final Map<RaftPeerId, Long> suspectedSinceMs = new HashMap<>();

  /**
   * Suspects nobody yet.
   *
   * @param periodMs much longer than an election timeout, after which a leader without replies from
   *     a majority steps down by itself
   * @param clockMs monotonic
   * @param stuck what to do then, e.g. to hand leadership over; called once per period that it
   *     lasts
   */
  AppenderWatchdog(long periodMs, LongSupplier clockMs, Consumer<RaftPeerId> stuck) {
    this.periodMs = periodMs;
    this.clockMs = clockMs;
    this.stuck = stuck;
  }

  /** The followers of a leader; none if the division does not lead. */
  static List<Follower> followersOf(RaftServer.Division division) {
    List<Follower> followers = new ArrayList<>();
    for (ServerRpcProto follower :
        division.getInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList()) {
      followers.add(
          new Follower(
              RaftPeerId.valueOf(follower.getId().getId()), follower.getLastRpcElapsedTimeMs()));
    }
    return followers;
  }

  /** The followers that gave Raft no reply lately: whether they answer otherwise is to be asked. */
  synchronized List<RaftPeerId> silent(List<Follower> followers) {
    List<RaftPeerId> silent = new ArrayList<>();
    for (Follower follower : followers) {
      if (follower.silentMs() >= periodMs) {
        silent.add(follower.id());
      }
    }
    suspectedSinceMs.keySet().retainAll(silent);
    return silent;
  }

  /** What became of asking a silent follower. */
  synchronized void asked(RaftPeerId follower, boolean answered) {
    if (!answered) {
      suspectedSinceMs.remove(follower);
      return;
    }
    long nowMs = clockMs.getAsLong();
    @Nullable Long sinceMs = suspectedSinceMs.putIfAbsent(follower, nowMs);
    if (sinceMs != null && nowMs - sinceMs >= periodMs) {
      suspectedSinceMs.put(follower, nowMs);
      stuck.accept(follower);
    }
  }
}
