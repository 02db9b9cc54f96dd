package io.metastore.core.node;

import io.metastore.core.api.LeaseStatus;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.command.LeaseRemainingReply;
import io.metastore.core.command.LeaseRemainingRequest;
import io.metastore.core.command.RenewLeasesReply;
import io.metastore.core.command.RenewLeasesRequest;
import io.metastore.core.lease.Lease;
import io.metastore.core.lease.LeaseEvent;
import io.metastore.core.lease.LeaseKeeper;
import io.metastore.core.lease.LeaseTable;
import io.metastore.core.machine.StoreView;
import io.metastore.core.node.LeaderCalls.Leader;
import io.metastore.core.raft.PeerCall;
import io.metastore.core.raft.RaftNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Lease requests of callers on this member: renewals and remaining TTLs are asked of the leader's
 * {@link LeaseKeeper}, which runs here while this member leads.
 *
 * <p>Once a grant was acknowledged through any member, every later call knows the lease. The member
 * that acknowledged it may have applied the grant before the leader did. So a call to the leader
 * carries the calling member's applied index, and the leader answers once it has applied as much.
 * If the leader does not know a lease, the renewal is answered only after a read barrier, and only
 * if this member's tables do not contain the lease then.
 *
 * <p>Thread-safe. The keeper and the queue of renewals are owned by the thread {@code lease}.
 */
final class LeaseRequests implements AutoCloseable {
  private static final long TICK_MS = 100;
  private static final long RETRY_MS = 50;
  private static final long CALL_TIMEOUT_MS = 1000;
  private static final int RENEWALS_PER_CALL_MAX = 10_000;

  private final RaftNode raft;
  private final LeaderCalls leaderCalls;
  private final Supplier<CompletableFuture<Void>> barrier;
  private final AppliedIndex applied;
  private final Supplier<StoreView> views;
  private final LeaseKeeper keeper;
  private final long marginMs;
  private final long gapNanos;
  private final long timeoutMs;
  private final ScheduledExecutorService thread;

  /** Futures not yet completed; {@link #close} fails them. */
  private final Set<CompletableFuture<?>> unanswered = ConcurrentHashMap.newKeySet();

  private volatile boolean stopped;

  private List<Renewal> renewals = new ArrayList<>();
  private boolean callInFlight;
  private long awakeNanos = System.nanoTime();
  private long gaps;
  private boolean asking;

  private record Renewal(long id, long deadlineNanos, CompletableFuture<Long> ttl) {}

  /**
   * Starts checking for expired leases.
   *
   * @param barrier completes when this member has applied everything that any member acknowledged
   *     before, see {@link ReadIndex}
   * @param keeper used on {@code thread} only
   */
  LeaseRequests(
      RaftNode raft,
      LeaderCalls leaderCalls,
      Supplier<CompletableFuture<Void>> barrier,
      AppliedIndex applied,
      Supplier<StoreView> views,
      LeaseKeeper keeper,
      ScheduledExecutorService thread,
      NodeConfig config) {
    this.raft = raft;
    this.leaderCalls = leaderCalls;
    this.barrier = barrier;
    this.applied = applied;
    this.views = views;
    this.keeper = keeper;
    this.thread = thread;
    // Twice the time in which a leader that lost its majority steps down: until then it may still
    // renew leases.
    this.marginMs = 2L * config.electionTimeoutMs();
    // Much shorter than the time after which another member can become leader.
    this.gapNanos = TimeUnit.MILLISECONDS.toNanos(config.electionTimeoutMs()) / 2;
    this.timeoutMs = config.requestTimeoutMs();
    thread.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
  }

  static ScheduledExecutorService newThread() {
    return Threads.scheduler("lease");
  }

  /** This member became leader; called by the apply thread, in order with {@link #applied}. */
  void lead(long term) {
    StoreView view = views.get();
    execute(
        () -> {
          try {
            keeper.lead(view.reader(), term, marginMs);
          } finally {
            view.release();
          }
        });
  }

  /** Called when this member may have stopped leading; any thread. */
  void leaderChanged() {
    execute(
        () -> {
          if (keeper.isLeading() && !raft.isLeaderReady()) {
            keeper.resign();
          }
        });
  }

  /** Called by the apply thread. */
  void applied(List<LeaseEvent> events) {
    if (!events.isEmpty()) {
      execute(() -> keeper.applied(events));
    }
  }

  CompletableFuture<Long> keepAlive(long id) {
    Renewal renewal = new Renewal(id, deadlineNanos(), newAnswer());
    execute(
        () -> {
          renewals.add(renewal);
          renewWaiting();
        });
    return renewal.ttl();
  }

  CompletableFuture<LeaseStatus> timeToLive(long id) {
    CompletableFuture<LeaseStatus> status = newAnswer();
    long deadlineNanos = deadlineNanos();
    afterBarrier(() -> askRemaining(id, deadlineNanos, status), status::completeExceptionally);
    return status;
  }

  CompletableFuture<List<Long>> ids() {
    CompletableFuture<List<Long>> ids = newAnswer();
    afterBarrier(
        () -> ids.complete(keeper.isLeading() ? keeper.ids() : storedIds()),
        ids::completeExceptionally);
    return ids;
  }

  /** Serves another member's renewals. */
  CompletableFuture<RenewLeasesReply> serve(RenewLeasesRequest request) {
    return serve(
        request.getApplied(),
        () -> {
          RenewLeasesReply.Builder answer = RenewLeasesReply.newBuilder().setServed(true);
          request.getIdsList().forEach(id -> answer.addTtls(keeper.renew(id)));
          return answer.build();
        },
        RenewLeasesReply.getDefaultInstance());
  }

  /** Serves another member's request for a remaining TTL. */
  CompletableFuture<LeaseRemainingReply> serve(LeaseRemainingRequest request) {
    return serve(
        request.getApplied(),
        () ->
            LeaseRemainingReply.newBuilder()
                .setServed(true)
                .setRemaining(keeper.remaining(request.getId()))
                .build(),
        LeaseRemainingReply.getDefaultInstance());
  }

  /** Answers as the leader, once this member has applied at least as much as the asking member. */
  private <A> CompletableFuture<A> serve(long askerApplied, Supplier<A> answer, A notLeading) {
    CompletableFuture<A> reply = newAnswer();
    Runnable serve = () -> execute(() -> reply.complete(leads() ? answer.get() : notLeading));
    if (!raft.isLeaderReady() || applied.get() >= askerApplied) {
      serve.run();
    } else {
      applied.await(askerApplied).thenRun(serve);
    }
    return reply;
  }

  @Override
  public void close() {
    stopped = true;
    thread.shutdownNow();
    unanswered.forEach(LeaseRequests::failStopped);
  }

  /** Creates a future that {@link #close} fails if nothing else has completed it. */
  @SuppressWarnings("CollectionUndefinedEquality") // identity is intended
  private <A> CompletableFuture<A> newAnswer() {
    CompletableFuture<A> answer = new CompletableFuture<>();
    unanswered.add(answer);
    answer.whenComplete((value, failure) -> unanswered.remove(answer));
    if (stopped) {
      failStopped(answer);
    }
    return answer;
  }

  private static void failStopped(CompletableFuture<?> answer) {
    answer.completeExceptionally(new NotServed(NotServed.Reason.STOPPED));
  }

  /** Runs a task on the lease thread; ignored after {@link #close}. */
  private void execute(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      // close() fails the futures that the task would have completed.
    }
  }

  /** Runs a step on the lease thread after a read barrier. */
  private void afterBarrier(Runnable step, Consumer<Throwable> onFailure) {
    barrier
        .get()
        .whenComplete(
            (opened, failure) -> {
              if (failure != null) {
                onFailure.accept(failure);
              } else {
                execute(step);
              }
            });
  }

  private long deadlineNanos() {
    return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
  }

  private void tick() {
    if (leads()) {
      keeper.tick();
    }
  }

  private boolean leads() {
    return keeper.isLeading() && isAwake() && raft.isLeaderReady() && raft.term() == keeper.term();
  }

  /**
   * False after this thread, and so probably the whole process, was paused. Another member may lead
   * by then; until that is known, no lease is renewed or expired.
   */
  private boolean isAwake() {
    long now = System.nanoTime();
    boolean gap = now - awakeNanos > gapNanos;
    awakeNanos = now;
    if (gap) {
      gaps++;
      if (!asking) {
        asking = true;
        askWhoLeads();
      }
    }
    return !asking;
  }

  private void askWhoLeads() {
    long askedFor = gaps;
    barrier
        .get()
        .whenComplete(
            (opened, failure) ->
                execute(
                    () -> {
                      if (failure != null || gaps != askedFor) {
                        askWhoLeads();
                      } else {
                        asking = false;
                        renewWaiting();
                      }
                    }));
  }

  /**
   * Sends the waiting renewals: to the keeper on this member if it leads, otherwise to the leader,
   * one call at a time.
   */
  private void renewWaiting() {
    if (leads()) {
      List<Renewal> all = renewals;
      renewals = new ArrayList<>();
      renewed(all, all.stream().map(renewal -> keeper.renew(renewal.id())).toList());
      return;
    }
    if (renewals.isEmpty() || callInFlight) {
      return;
    }
    callInFlight = true;
    List<Renewal> sent =
        new ArrayList<>(renewals.subList(0, Math.min(renewals.size(), RENEWALS_PER_CALL_MAX)));
    renewals = new ArrayList<>(renewals.subList(sent.size(), renewals.size()));
    Leader leader = leaderCalls.findLeader();
    if (leader == null) {
      retryLater(sent);
      return;
    }
    RenewLeasesRequest.Builder request = RenewLeasesRequest.newBuilder().setApplied(applied.get());
    sent.forEach(renewal -> request.addIds(renewal.id()));
    leaderCalls
        .call(leader, PeerCall.RENEW_LEASES, request.build(), CALL_TIMEOUT_MS)
        .whenComplete(
            (reply, failure) ->
                execute(
                    () -> {
                      if (failure != null || !reply.getServed()) {
                        retryLater(sent);
                        return;
                      }
                      callInFlight = false;
                      renewed(sent, reply.getTtlsList());
                      renewWaiting();
                    }));
  }

  /**
   * Completes renewals with the leader's answers; those unknown to the leader are checked against
   * this member's tables.
   */
  private void renewed(List<Renewal> sent, List<Long> ttls) {
    List<Renewal> unknown = new ArrayList<>();
    for (int i = 0; i < sent.size(); i++) {
      if (ttls.get(i) == LeaseKeeper.UNKNOWN) {
        unknown.add(sent.get(i));
      } else {
        sent.get(i).ttl().complete(ttls.get(i));
      }
    }
    if (!unknown.isEmpty()) {
      afterBarrier(
          () -> handleUnknown(unknown),
          failure -> unknown.forEach(renewal -> renewal.ttl().completeExceptionally(failure)));
    }
  }

  /**
   * Handles renewals of leases that the leader did not know. Leases found in this member's tables
   * are sent again: the next call carries an applied index that covers their grants, so the leader
   * will know them.
   */
  private void handleUnknown(List<Renewal> unknown) {
    List<Renewal> granted = new ArrayList<>();
    StoreView view = views.get();
    try {
      for (Renewal renewal : unknown) {
        if (LeaseTable.find(view.reader(), renewal.id()) == null) {
          renewal.ttl().complete(0L);
        } else {
          granted.add(renewal);
        }
      }
    } finally {
      view.release();
    }
    askAgain(granted);
    renewWaiting();
  }

  /**
   * Schedules another attempt for unanswered renewals until their deadlines; renewing twice is
   * harmless.
   */
  private void retryLater(List<Renewal> unanswered) {
    askAgain(unanswered);
    thread.schedule(
        () -> {
          callInFlight = false;
          renewWaiting();
        },
        RETRY_MS,
        TimeUnit.MILLISECONDS);
  }

  private void askAgain(List<Renewal> unanswered) {
    long now = System.nanoTime();
    for (Renewal renewal : unanswered) {
      if (renewal.deadlineNanos() - now <= 0) {
        renewal.ttl().completeExceptionally(new NotServed(NotServed.Reason.TIMEOUT));
      } else {
        renewals.add(renewal);
      }
    }
  }

  /**
   * Asks for the remaining TTL. Called after a read barrier, so if the leader does not know the
   * lease, it does not exist.
   */
  private void askRemaining(long id, long deadlineNanos, CompletableFuture<LeaseStatus> status) {
    if (leads()) {
      status.complete(status(id, keeper.remaining(id)));
      return;
    }
    Leader leader = leaderCalls.findLeader();
    CompletableFuture<LeaseRemainingReply> asked =
        leader == null
            ? CompletableFuture.completedFuture(LeaseRemainingReply.getDefaultInstance())
            : leaderCalls.call(
                leader,
                PeerCall.LEASE_REMAINING,
                LeaseRemainingRequest.newBuilder().setId(id).setApplied(applied.get()).build(),
                CALL_TIMEOUT_MS);
    asked.whenComplete(
        (reply, failure) -> {
          if (failure == null && reply.getServed()) {
            status.complete(status(id, reply.getRemaining()));
          } else if (deadlineNanos - System.nanoTime() <= 0) {
            status.completeExceptionally(new NotServed(NotServed.Reason.TIMEOUT));
          } else {
            thread.schedule(
                () -> askRemaining(id, deadlineNanos, status), RETRY_MS, TimeUnit.MILLISECONDS);
          }
        });
  }

  private LeaseStatus status(long id, long remaining) {
    StoreView view = views.get();
    try {
      Lease lease = LeaseTable.find(view.reader(), id);
      return lease == null || remaining == LeaseKeeper.UNKNOWN
          ? LeaseStatus.unknown(id)
          : new LeaseStatus(id, lease.ttl(), remaining, List.of());
    } finally {
      view.release();
    }
  }

  private List<Long> storedIds() {
    List<Long> ids = new ArrayList<>();
    StoreView view = views.get();
    try {
      LeaseTable.forEach(
          view.reader(),
          lease -> {
            if (lease.kind().isListed()) {
              ids.add(lease.id());
            }
          });
    } finally {
      view.release();
    }
    return ids;
  }
}
