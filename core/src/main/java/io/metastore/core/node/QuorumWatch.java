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
 * Makes a leader step down if it has not heard from a majority for an election timeout.
 *
 * <p>If messages from the others do not reach the leader, it cannot commit anything, but its
 * heartbeats still keep the others from electing a new leader. Ratis 3.2.2 checks this only every
 * two election timeouts, and steps down after two to four. Members are asked for their term, which
 * they can answer even while their disk is slow.
 *
 * <p>One thread calls {@link #look}; answers may arrive on any thread.
 */
final class QuorumWatch {
  /** Number of calls of {@link #look} per election timeout. */
  static final int LOOKS_PER_TIMEOUT = 5;

  private final long selfId;
  private final LongSupplier leadingTerm;
  private final Supplier<RaftMembers> members;
  private final Function<RaftMember, CompletableFuture<?>> ask;
  private final Runnable stepDown;
  private final LongSupplier nanoClock;
  private final long timeoutNanos;

  /** When each other member last answered. */
  private final Map<Long, Long> heardNanos = new ConcurrentHashMap<>();

  private long watchedTerm;
  private RaftMembers watchedMembers = RaftMembers.UNKNOWN;
  private long lookedNanos;

  /**
   * @param leadingTerm the term in which this member leads; 0 if it does not lead
   * @param ask sends a member a call that it answers at once
   * @param nanoClock monotonic
   * @param timeoutNanos the leader steps down after this time without answers from a majority
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

  /** Asks the other members, and steps down if too few have answered for too long. */
  void look() {
    long term = leadingTerm.getAsLong();
    if (term == 0) {
      return;
    }
    long now = nanoClock.getAsLong();
    RaftMembers all = members.get();
    // After an election, after this process was paused, or after a change of the members (a learner
    // that became a voter may just be restarting), all members get the whole timeout again.
    boolean restarted =
        term != watchedTerm || now - lookedNanos > timeoutNanos / 2 || !all.equals(watchedMembers);
    watchedTerm = term;
    watchedMembers = all;
    lookedNanos = now;
    Set<Long> heard = new HashSet<>(Set.of(selfId));
    for (RaftMember member : all.all()) {
      if (member.id() != selfId) {
        long last = restarted ? now : heardNanos.getOrDefault(member.id(), now);
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
