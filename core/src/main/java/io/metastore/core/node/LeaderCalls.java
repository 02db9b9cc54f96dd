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
 * Calls to the leader. A call fails as soon as this member follows another leader or becomes leader
 * itself. Otherwise callers of a leader that hangs, or whose connection drops packets, would wait
 * for their deadlines. Whether the old leader served such a call is unknown.
 *
 * <p>Thread-safe.
 */
final class LeaderCalls {
  private final RaftNode raft;
  private final PeerChannels peers;
  private final long selfId;
  private final Executor executor;

  private final AtomicLong numbers = new AtomicLong();

  /** Calls without an answer, by call number. */
  private final Map<Long, Call> open = new ConcurrentHashMap<>();

  private record Call(Leader leader, CompletableFuture<?> answer) {}

  /** The leader that a call is sent to. */
  record Leader(long id, String peerUrls) {}

  /**
   * @param executor fails calls to a replaced leader; its tasks must not block
   */
  LeaderCalls(RaftNode raft, PeerChannels peers, long selfId, Executor executor) {
    this.raft = raft;
    this.peers = peers;
    this.selfId = selfId;
    this.executor = executor;
  }

  /** The leader that this member follows; null if it leads itself or no leader is known. */
  @Nullable Leader findLeader() {
    long id = raft.leaderId();
    String urls = id == 0 || id == selfId ? null : raft.findPeerUrls(id);
    return urls == null ? null : new Leader(id, urls);
  }

  /**
   * Makes one call, without retries.
   *
   * @return fails if no answer came in time or if the leader was replaced meanwhile; the call may
   *     have been served nevertheless, unless {@link PeerChannels#surelyNotServed}. Callbacks must
   *     not block
   */
  <Q extends Message, A extends Message> CompletableFuture<A> call(
      Leader leader, PeerCall<Q, A> call, Q request, long timeoutMs) {
    CompletableFuture<A> answer = peers.call(leader.peerUrls(), call, request, timeoutMs);
    long number = numbers.incrementAndGet();
    open.put(number, new Call(leader, answer));
    answer.whenComplete((reply, failure) -> open.remove(number));
    if (isReplaced(leader)) {
      executor.execute(
          () ->
              answer.cancel(false)); // leaderChanged() may have run before the call was registered
    }
    return answer;
  }

  /** Called when the leader may have changed; any thread. */
  void leaderChanged() {
    Leader now = findLeader();
    if (now != null) {
      peers.connectNow(now.peerUrls());
    }
    for (Call call : open.values()) {
      if (isReplaced(call.leader())) {
        executor.execute(() -> call.answer().cancel(false));
      }
    }
  }

  /**
   * Whether another member is known to lead now. While no leader is known, the old one may still
   * answer.
   */
  private boolean isReplaced(Leader leader) {
    long now = raft.leaderId();
    return now != 0 && now != leader.id();
  }
}
