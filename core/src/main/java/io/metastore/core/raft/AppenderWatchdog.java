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
 * Detects that the leader's Raft sends nothing to a follower that is otherwise reachable.
 *
 * <p>The fallback for {@link GuardedLogAppender}, in case an appender hangs or dies in a way that
 * is not handled there. A follower is stuck if for a whole period it sent no Raft reply but
 * answered every call of our own peer service. Its match index cannot be used: it also stands still
 * while a large checkpoint is sent, although replies arrive.
 *
 * <p>Thread-safe: answers arrive on transport threads.
 */
final class AppenderWatchdog {

  /**
   * A follower as seen by the leader.
   *
   * @param silentMs time since its last Raft reply
   */
  record Follower(RaftPeerId id, long silentMs) {}

  private final long periodMs;
  private final LongSupplier clockMs;
  private final Consumer<RaftPeerId> stuck;
  private final Map<RaftPeerId, Long> suspectedSinceMs = new HashMap<>();

  /**
   * @param periodMs much longer than an election timeout, after which a leader without replies from
   *     a majority steps down anyway
   * @param clockMs monotonic
   * @param stuck called once per period for a follower that is stuck
   */
  AppenderWatchdog(long periodMs, LongSupplier clockMs, Consumer<RaftPeerId> stuck) {
    this.periodMs = periodMs;
    this.clockMs = clockMs;
    this.stuck = stuck;
  }

  /** The followers of a leader; empty if the division does not lead. */
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

  /**
   * The followers that have sent no Raft reply for the whole period. The caller must then call each
   * of them and report the result to {@link #asked}.
   */
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

  /** Reports whether a silent follower answered a call. */
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
