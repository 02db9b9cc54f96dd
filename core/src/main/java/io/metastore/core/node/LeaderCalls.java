package io.metastore.core.node;

import com.google.protobuf.Message;
import io.metastore.core.raft.PeerCall;
import io.metastore.core.raft.PeerChannels;
import io.metastore.core.raft.RaftNode;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Calls to the leader. A call fails as soon as this member follows another leader or leads itself:
 * a leader that hangs, or whose connection swallows what is sent, would otherwise hold its callers
 * until their deadlines. What the old leader made of such a call is unknown.
 *
 * <p>Thread-safe.
 */
final class LeaderCalls {
  private final RaftNode raft;
  private final PeerChannels peers;
  private final long selfId;
  private final Executor executor;

  private final AtomicLong numbers = new AtomicLong();

  /** The calls without an answer, by number. */
  private final Map<Long, Call> open = new ConcurrentHashMap<>();

  private record Call(Leader leader, CompletableFuture<?> answer) {}

  /** A leader to be called. */
  record Leader(long id, String address) {}

  /**
   * @param executor fails the calls to a leader that was followed by another; its tasks must not
   *     block
   */
  LeaderCalls(RaftNode raft, PeerChannels peers, long selfId, Executor executor) {
    this.raft = raft;
    this.peers = peers;
    this.selfId = selfId;
    this.executor = executor;
  }

  /** The leader that this member follows; null if it leads itself or knows no leader. */
  @Nullable Leader findLeader() {
    long id = raft.leaderId();
    String address = id == 0 || id == selfId ? null : raft.findAddress(id);
    return address == null ? null : new Leader(id, address);
  }

  /**
   * Makes one call, once.
   *
   * @return fails if no answer came in time or while this leader was the last one known; the call
   *     may have been served all the same, unless {@link PeerChannels#surelyNotServed}. Callbacks
   *     must not block
   */
  <Q extends Message, A extends Message> CompletableFuture<A> call(
      Leader leader, PeerCall<Q, A> call, Q request, long timeoutMs) {
    CompletableFuture<A> answer = peers.call(leader.address(), call, request, timeoutMs);
    long number = numbers.incrementAndGet();
    open.put(number, new Call(leader, answer));
    answer.whenComplete((reply, failure) -> open.remove(number));
    if (isReplaced(leader)) {
      executor.execute(() -> answer.cancel(false)); // leaderChanged() may have come before
    }
    return answer;
  }

  /** Another member leads, or none is known to; any thread. */
  void leaderChanged() {
    Leader now = findLeader();
    if (now != null) {
      peers.connectNow(now.address());
    }
    for (Call call : open.values()) {
      if (isReplaced(call.leader())) {
        executor.execute(() -> call.answer().cancel(false));
      }
    }
  }

  /** Not merely lost: as long as no other member leads, this one may still answer. */
  private boolean isReplaced(Leader leader) {
    long now = raft.leaderId();
    return now != 0 && now != leader.id();
  }
}
