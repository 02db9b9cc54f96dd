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
import io.metastore.core.raft.PeerCall;
import io.metastore.core.raft.PeerChannels;
import io.metastore.core.raft.RaftNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Leases as callers see them on any member: renewals and questions go to the leader's {@link
 * LeaseKeeper}, which runs here while this member leads.
 *
 * <p>Thread-safe. The keeper and the queue of renewals belong to the thread {@code lease}.
 */
final class LeaseDesk implements AutoCloseable {
  private static final long TICK_MS = 100;
  private static final long RETRY_MS = 50;
  private static final long CALL_TIMEOUT_MS = 1000;
  private static final int RENEWALS_PER_CALL_MAX = 10_000;

  private final RaftNode raft;
  private final PeerChannels peers;
  private final Supplier<CompletableFuture<Void>> barrier;
  private final Supplier<StoreView> views;
  private final LeaseKeeper keeper;
  private final long marginMs;
  private final long gapNanos;
  private final long timeoutMs;
  private final ScheduledExecutorService thread;

  private List<Renewal> renewals = new ArrayList<>();
  private boolean callInFlight;
  private long awakeNanos = System.nanoTime();
  private long gaps;
  private boolean asking;

  private record Renewal(long id, long deadlineNanos, CompletableFuture<Long> ttl) {}

  /**
   * Starts to look after due leases.
   *
   * @param barrier opens when this member has heard of whoever leads now
   * @param keeper used on {@code thread} only
   */
  LeaseDesk(
      RaftNode raft,
      PeerChannels peers,
      Supplier<CompletableFuture<Void>> barrier,
      Supplier<StoreView> views,
      LeaseKeeper keeper,
      ScheduledExecutorService thread,
      NodeConfig config) {
    this.raft = raft;
    this.peers = peers;
    this.barrier = barrier;
    this.views = views;
    this.keeper = keeper;
    this.thread = thread;
    // Twice the time in which a leader that lost its majority notices it: until then it may still
    // renew.
    this.marginMs = 2L * config.electionTimeoutMs();
    // Well below the time after which another member may lead.
    this.gapNanos = TimeUnit.MILLISECONDS.toNanos(config.electionTimeoutMs()) / 2;
    this.timeoutMs = config.requestTimeoutMs();
    thread.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
  }

  static ScheduledExecutorService newThread() {
    return Executors.newSingleThreadScheduledExecutor(Threads.named("lease"));
  }

  /** This member leads; called by the apply thread, in order with {@link #applied}. */
  void lead(long term) {
    StoreView view = views.get();
    thread.execute(
        () -> {
          try {
            keeper.lead(view.reader(), term, marginMs);
          } finally {
            view.release();
          }
        });
  }

  /** This member may have stopped to lead; any thread. */
  void leaderChanged() {
    thread.execute(
        () -> {
          if (keeper.isLeading() && !raft.isLeaderReady()) {
            keeper.resign();
          }
        });
  }

  /** Called by the apply thread. */
  void applied(List<LeaseEvent> events) {
    if (!events.isEmpty()) {
      thread.execute(() -> keeper.applied(events));
    }
  }

  CompletableFuture<Long> keepAlive(long id) {
    Renewal renewal =
        new Renewal(
            id,
            System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs),
            new CompletableFuture<>());
    thread.execute(
        () -> {
          renewals.add(renewal);
          renewWaiting();
        });
    return renewal.ttl();
  }

  CompletableFuture<LeaseStatus> timeToLive(long id, boolean withKeys) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    return remaining(id, deadline)
        .thenApply(
            remaining -> remaining < 0 ? LeaseStatus.unknown(id) : status(id, remaining, withKeys));
  }

  CompletableFuture<List<Long>> ids() {
    CompletableFuture<List<Long>> ids = new CompletableFuture<>();
    thread.execute(() -> ids.complete(keeper.isLeading() ? keeper.ids() : storedIds()));
    return ids;
  }

  /** Serves another member's renewals. */
  CompletableFuture<RenewLeasesReply> serve(RenewLeasesRequest request) {
    CompletableFuture<RenewLeasesReply> reply = new CompletableFuture<>();
    thread.execute(
        () -> {
          RenewLeasesReply.Builder answer = RenewLeasesReply.newBuilder();
          if (leads()) {
            answer.setServed(true);
            request.getIdsList().forEach(id -> answer.addTtls(keeper.renew(id)));
          }
          reply.complete(answer.build());
        });
    return reply;
  }

  /** Serves another member's question. */
  CompletableFuture<LeaseRemainingReply> serve(LeaseRemainingRequest request) {
    CompletableFuture<LeaseRemainingReply> reply = new CompletableFuture<>();
    thread.execute(
        () ->
            reply.complete(
                leads()
                    ? LeaseRemainingReply.newBuilder()
                        .setServed(true)
                        .setRemaining(keeper.remaining(request.getId()))
                        .build()
                    : LeaseRemainingReply.getDefaultInstance()));
    return reply;
  }

  @Override
  public void close() {
    thread.shutdownNow();
    renewals.forEach(r -> r.ttl().completeExceptionally(new NotServed(NotServed.Reason.STOPPED)));
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
   * Whether this thread, and so this process, has run all the time. If it stood still, another
   * member may lead: nothing is promised, and nobody declared lost, until that is known.
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
                thread.execute(
                    () -> {
                      if (failure != null || gaps != askedFor) {
                        askWhoLeads();
                      } else {
                        asking = false;
                        renewWaiting();
                      }
                    }));
  }

  /** Renews what waits: here if this member leads, else by one call to the leader at a time. */
  private void renewWaiting() {
    if (leads()) {
      renewals.forEach(renewal -> renewal.ttl().complete(keeper.renew(renewal.id())));
      renewals.clear();
      return;
    }
    if (renewals.isEmpty() || callInFlight) {
      return;
    }
    callInFlight = true;
    List<Renewal> sent =
        new ArrayList<>(renewals.subList(0, Math.min(renewals.size(), RENEWALS_PER_CALL_MAX)));
    renewals = new ArrayList<>(renewals.subList(sent.size(), renewals.size()));
    String leader = leaderAddress();
    if (leader == null) {
      later(sent);
      return;
    }
    RenewLeasesRequest.Builder request = RenewLeasesRequest.newBuilder();
    sent.forEach(renewal -> request.addIds(renewal.id()));
    peers
        .call(leader, PeerCall.RENEW_LEASES, request.build(), CALL_TIMEOUT_MS)
        .whenComplete(
            (reply, failure) ->
                thread.execute(
                    () -> {
                      if (failure != null || !reply.getServed()) {
                        later(sent);
                        return;
                      }
                      for (int i = 0; i < sent.size(); i++) {
                        sent.get(i).ttl().complete(reply.getTtls(i));
                      }
                      callInFlight = false;
                      renewWaiting();
                    }));
  }

  /**
   * Renewing twice is harmless, so what the leader did not answer is asked again until its time is
   * up.
   */
  private void later(List<Renewal> unanswered) {
    long now = System.nanoTime();
    for (Renewal renewal : unanswered) {
      if (renewal.deadlineNanos() - now <= 0) {
        renewal.ttl().completeExceptionally(new NotServed(NotServed.Reason.TIMEOUT));
      } else {
        renewals.add(renewal);
      }
    }
    thread.schedule(
        () -> {
          callInFlight = false;
          renewWaiting();
        },
        RETRY_MS,
        TimeUnit.MILLISECONDS);
  }

  private CompletableFuture<Long> remaining(long id, long deadlineNanos) {
    CompletableFuture<Long> remaining = new CompletableFuture<>();
    thread.execute(() -> askRemaining(id, deadlineNanos, remaining));
    return remaining;
  }

  private void askRemaining(long id, long deadlineNanos, CompletableFuture<Long> remaining) {
    if (leads()) {
      remaining.complete(keeper.remaining(id));
      return;
    }
    String leader = leaderAddress();
    CompletableFuture<LeaseRemainingReply> asked =
        leader == null
            ? CompletableFuture.completedFuture(LeaseRemainingReply.getDefaultInstance())
            : peers.call(
                leader,
                PeerCall.LEASE_REMAINING,
                LeaseRemainingRequest.newBuilder().setId(id).build(),
                CALL_TIMEOUT_MS);
    asked.whenComplete(
        (reply, failure) -> {
          if (failure == null && reply.getServed()) {
            remaining.complete(reply.getRemaining());
          } else if (deadlineNanos - System.nanoTime() <= 0) {
            remaining.completeExceptionally(new NotServed(NotServed.Reason.TIMEOUT));
          } else {
            thread.schedule(
                () -> askRemaining(id, deadlineNanos, remaining), RETRY_MS, TimeUnit.MILLISECONDS);
          }
        });
  }

  private @Nullable String leaderAddress() {
    long leader = raft.leaderId();
    return leader == 0 ? null : raft.findAddress(leader);
  }

  private LeaseStatus status(long id, long remaining, boolean withKeys) {
    StoreView view = views.get();
    try {
      Lease lease = LeaseTable.find(view.reader(), id);
      return lease == null
          ? LeaseStatus.unknown(id)
          : new LeaseStatus(
              id,
              lease.ttl(),
              remaining,
              withKeys ? LeaseTable.keys(view.reader(), id) : List.of());
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
            if (lease.kind() != Lease.Kind.LOCK_DELAY) {
              ids.add(lease.id());
            }
          });
    } finally {
      view.release();
    }
    return ids;
  }
}
