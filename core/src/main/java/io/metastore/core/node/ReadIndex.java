package io.metastore.core.node;

import io.metastore.core.api.Meters;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.command.ReadIndexReply;
import io.metastore.core.command.ReadIndexRequest;
import io.metastore.core.command.TermReply;
import io.metastore.core.command.TermRequest;
import io.metastore.core.node.LeaderCalls.Leader;
import io.metastore.core.raft.PeerCall;
import io.metastore.core.raft.PeerChannels;
import io.metastore.core.raft.RaftMember;
import io.metastore.core.raft.RaftMembers;
import io.metastore.core.raft.RaftNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The barrier before a linearizable read: when it completes, this member has applied every write
 * that any member acknowledged before the read began. Source: Ongaro's thesis, section 6.4, with
 * terms in place of heartbeats.
 *
 * <p>A leader of term T reads its committed index and then asks the other members for their terms.
 * If a majority, including itself, is still in T, no leader of a higher term had been elected
 * before the index was read, so no acknowledged write can be beyond that index. A follower asks the
 * leader; the follower's own term counts as one of the answers. Ratis' own read index is not used:
 * it skips the round of questions and was seen to serve stale reads.
 *
 * <p>One round is in flight; all reads that arrive meanwhile share the next one. A single-member
 * cluster needs no round: every acknowledged write is applied here, once this member has become
 * leader.
 *
 * <p>Thread-safe; never blocks.
 */
final class ReadIndex {
  private static final long ROUND_TIMEOUT_MS = 500;
  private static final long RETRY_MS = 20;

  /** Reply of a member that cannot confirm an index. */
  private static final ReadIndexReply NONE = ReadIndexReply.getDefaultInstance();

  private final RaftNode raft;
  private final PeerChannels peers;
  private final LeaderCalls leaderCalls;
  private final long selfId;
  private final AppliedIndex applied;
  private final long timeoutMs;
  private final ScheduledExecutorService scheduler;
  private final Executor executor;
  private final Meters meters;

  /** Guarded by this, as is {@link #roundInFlight}. */
  private List<Waiter> waiting = new ArrayList<>();

  private boolean roundInFlight;

  private record Waiter(long deadlineNanos, CompletableFuture<Void> opened) {}

  /**
   * @param executor completes barriers that had to wait
   */
  ReadIndex(
      RaftNode raft,
      PeerChannels peers,
      LeaderCalls leaderCalls,
      long selfId,
      AppliedIndex applied,
      long timeoutMs,
      ScheduledExecutorService scheduler,
      Executor executor,
      Meters meters) {
    this.raft = raft;
    this.peers = peers;
    this.leaderCalls = leaderCalls;
    this.selfId = selfId;
    this.applied = applied;
    this.timeoutMs = timeoutMs;
    this.scheduler = scheduler;
    this.executor = executor;
    this.meters = meters;
  }

  /** Completes when the read may proceed; fails with {@link NotServed}. */
  CompletableFuture<Void> barrier() {
    if (isAlone() && raft.isLeaderReady()) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> opened = new CompletableFuture<>();
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    synchronized (this) {
      waiting.add(new Waiter(deadline, opened));
      if (roundInFlight) {
        return opened;
      }
      roundInFlight = true;
    }
    startRound();
    return opened;
  }

  /** Serves a follower's request. */
  CompletableFuture<ReadIndexReply> serve(ReadIndexRequest request) {
    return confirm(request.getMember(), request.getTerm());
  }

  private boolean isAlone() {
    return raft.members().isAlone();
  }

  private void startRound() {
    List<Waiter> round;
    synchronized (this) {
      round = waiting;
      waiting = new ArrayList<>();
    }
    requestIndex()
        .whenComplete(
            (answer, failure) -> {
              if (failure == null && answer.getConfirmed()) {
                applied
                    .await(answer.getIndex())
                    .thenRun(() -> round.forEach(w -> w.opened().complete(null)));
                nextRound();
              } else {
                // No leader, or none that could confirm its index: retry until the readers'
                // deadlines.
                meters.failedReadIndexes.increment();
                scheduler.schedule(() -> retry(round), RETRY_MS, TimeUnit.MILLISECONDS);
              }
            });
  }

  private void nextRound() {
    synchronized (this) {
      if (waiting.isEmpty()) {
        roundInFlight = false;
        return;
      }
    }
    startRound();
  }

  private void retry(List<Waiter> round) {
    long now = System.nanoTime();
    List<Waiter> expired = new ArrayList<>();
    synchronized (this) {
      for (Waiter waiter : round) {
        (waiter.deadlineNanos() - now <= 0 ? expired : waiting).add(waiter);
      }
    }
    meters.expiredReadIndexes.add(expired.size());
    executor.execute(
        () ->
            expired.forEach(
                w -> w.opened().completeExceptionally(new NotServed(NotServed.Reason.TIMEOUT))));
    nextRound();
  }

  /** Requests an index that covers everything acknowledged so far, or {@link #NONE}. */
  private CompletableFuture<ReadIndexReply> requestIndex() {
    if (raft.isLeaderReady()) {
      return confirm(selfId, raft.term());
    }
    // Our term is read before the question is sent, because it counts as our answer for all readers
    // of this round.
    long term = raft.term();
    Leader leader = leaderCalls.findLeader();
    if (leader == null) {
      return CompletableFuture.completedFuture(NONE);
    }
    ReadIndexRequest request =
        ReadIndexRequest.newBuilder().setTerm(term).setMember(selfId).build();
    return leaderCalls
        .call(leader, PeerCall.READ_INDEX, request, ROUND_TIMEOUT_MS)
        .whenComplete(
            (reply, failure) -> {
              if (failure == null && reply.getConfirmed()) {
                raft.learnCommitted(reply.getTerm(), reply.getIndex());
              }
            });
  }

  /**
   * Reads the committed index and confirms that this member was still the leader at that time.
   *
   * @param asker a member that was in term {@code askerTerm} after its readers had arrived
   */
  private CompletableFuture<ReadIndexReply> confirm(long asker, long askerTerm) {
    long term = raft.term();
    if (!raft.isLeaderReady()) {
      return CompletableFuture.completedFuture(NONE);
    }
    long index = raft.committedIndex();
    if (raft.term() != term) {
      return CompletableFuture.completedFuture(NONE);
    }
    // A ready leader has committed an entry of its own term, so the last committed entry is of this
    // term.
    ReadIndexReply answer =
        ReadIndexReply.newBuilder().setConfirmed(true).setIndex(index).setTerm(term).build();
    // Read after the index: a leader elected before that was elected by a majority of these
    // members, or of fewer.
    RaftMembers members = raft.members();
    Set<Long> inTerm = ConcurrentHashMap.newKeySet();
    inTerm.add(selfId);
    if (askerTerm == term) {
      inTerm.add(asker);
    }
    if (members.isMajority(inTerm)) {
      return CompletableFuture.completedFuture(answer);
    }
    CompletableFuture<ReadIndexReply> confirmed = new CompletableFuture<>();
    List<RaftMember> others =
        members.all().stream()
            .filter(m -> m.id() != selfId && m.id() != asker && !members.isLearner(m.id()))
            .toList();
    if (others.isEmpty()) {
      return CompletableFuture.completedFuture(NONE);
    }
    AtomicInteger open = new AtomicInteger(others.size());
    for (RaftMember other : others) {
      peers
          .call(other.peerUrls(), PeerCall.TERM, TermRequest.getDefaultInstance(), ROUND_TIMEOUT_MS)
          .whenComplete(
              (TermReply reply, Throwable failure) -> {
                if (failure == null
                    && reply.getTerm() == term
                    && inTerm.add(other.id())
                    && members.isMajority(inTerm)) {
                  confirmed.complete(answer);
                }
                if (open.decrementAndGet() == 0) {
                  confirmed.complete(NONE);
                }
              });
    }
    return confirmed;
  }
}
