package io.metastore.core.node;

import io.metastore.core.raft.RaftMember;
import io.metastore.core.raft.RaftMembers;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Has a leader step down that hears nothing from a majority for an election timeout.
 *
 * <p>If what the others send does not reach the leader, it can commit nothing, but its heartbeats
 * still keep the others from electing another leader. Ratis 3.2.2 looks for that only every two
 * election timeouts, and steps down after two to four. What is asked here is a member's term, which
 * it answers even while its disk is slow.
 *
 * <p>{@link #look} is called by one thread; answers may come on any.
 */
final class QuorumWatch {
  /** How often {@link #look} is to be called within an election timeout. */
  static final int LOOKS_PER_TIMEOUT = 5;

  private final long selfId;
  private final LongSupplier leadingTerm;
  private final Supplier<RaftMembers> members;
  private final Function<RaftMember, CompletableFuture<?>> ask;
  private final Runnable stepDown;
  private final LongSupplier nanoClock;
  private final long timeoutNanos;

  /** When each of the other members last answered. */
  private final Map<Long, Long> heardNanos = new ConcurrentHashMap<>();

  private long watchedTerm;
  private long lookedNanos;

  /**
   * @param leadingTerm in which this member leads now; 0 if it does not
   * @param ask asks a member something that it answers at once
   * @param nanoClock monotonic
   * @param timeoutNanos after how long without answers the leader steps down
   */
  QuorumWatch(
      long selfId,
      LongSupplier leadingTerm,
      Supplier<RaftMembers> members,
      Function<RaftMember, CompletableFuture<?>> ask,
      Runnable stepDown,
      LongSupplier nanoClock,
      long timeoutNanos) {
    this.selfId = selfId;
    this.leadingTerm = leadingTerm;
    this.members = members;
    this.ask = ask;
    this.stepDown = stepDown;
    this.nanoClock = nanoClock;
    this.timeoutNanos = timeoutNanos;
  }

  /** Asks the others, and steps down if too few have answered for too long. */
  void look() {
    long term = leadingTerm.getAsLong();
    if (term == 0) {
      return;
    }
    long now = nanoClock.getAsLong();
    // After a new election, or if this process stood still, everybody gets the whole time.
    boolean anew = term != watchedTerm || now - lookedNanos > timeoutNanos / 2;
    watchedTerm = term;
    lookedNanos = now;
    RaftMembers all = members.get();
    Set<Long> heard = new HashSet<>(Set.of(selfId));
    for (RaftMember member : all.all()) {
      if (member.id() != selfId) {
        long last = anew ? now : heardNanos.getOrDefault(member.id(), now);
        heardNanos.put(member.id(), last);
        if (now - last < timeoutNanos) {
          heard.add(member.id());
        }
      }
    }
    if (!all.isMajority(heard)) {
      watchedTerm = 0;
      stepDown.run();
      return;
    }
    for (RaftMember member : all.all()) {
      if (member.id() != selfId) {
        ask.apply(member).thenRun(() -> heardNanos.put(member.id(), nanoClock.getAsLong()));
      }
    }
  }
}
