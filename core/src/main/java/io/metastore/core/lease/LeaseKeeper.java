package io.metastore.core.lease;

import io.metastore.core.api.Outcome;
import io.metastore.core.command.CheckpointLeases;
import io.metastore.core.command.Command;
import io.metastore.core.command.RevokeLease;
import io.metastore.core.storage.Reader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The leader's lease clock: renews leases in memory, proposes the revocation of expired ones, and
 * regularly checkpoints remaining TTLs, so that a new leader need not grant all leases their full
 * TTL again.
 *
 * <p>A lease never expires early. A new leader starts with the whole remaining TTL plus a margin,
 * which covers what the previous leader may still have promised; and what a leader proposes by its
 * clock is only applied in its own term. Once the revocation of a lease has been proposed, the
 * lease can no longer be renewed.
 *
 * <p>Not thread-safe: {@code core.node} makes all calls on one thread, in the order in which
 * entries were applied.
 */
public final class LeaseKeeper {
  /** Returned for a lease that this keeper does not know. */
  public static final long UNKNOWN = -1;

  /** Maximum number of revocations proposed and not yet applied; further expired leases wait. */
  private static final int REVOKES_IN_FLIGHT_MAX = 1000;

  private static final int CHECKPOINT_LEASES_MAX = 1000;

  /** Delay before the revocation of a lease is proposed again after a CORRUPT alarm refused it. */
  private static final long REFUSED_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier nanoClock;
  private final Function<Command, CompletableFuture<Outcome>> proposer;
  private final Consumer<Runnable> executor;
  private final long checkpointIntervalNanos;

  private final Map<Long, Deadline> deadlines = new HashMap<>();

  /** May contain timers that are not current, but not many more than there are leases. */
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>((left, right) -> order(left.atNanos(), right.atNanos()));

  /** Deadlines whose revocation is proposed and not yet known to be applied. */
  private final Set<Deadline> ending = new HashSet<>();

  private boolean leading;
  private long term;
  private long lastCheckpointNanos;

  private static final class Deadline {
    Lease lease;
    long atNanos;

    Deadline(Lease lease) {
      this.lease = lease;
    }
  }

  private record Timer(long atNanos, Deadline deadline) {}

  /**
   * @param nanoClock monotonic
   * @param executor runs callbacks on this keeper's thread
   * @param checkpointIntervalMs interval between checkpoints of the remaining TTLs of longer leases
   */
  public LeaseKeeper(
      LongSupplier nanoClock,
      Function<Command, CompletableFuture<Outcome>> proposer,
      Consumer<Runnable> executor,
      long checkpointIntervalMs) {
    this.nanoClock = nanoClock;
    this.proposer = proposer;
    this.executor = executor;
    this.checkpointIntervalNanos = TimeUnit.MILLISECONDS.toNanos(checkpointIntervalMs);
  }

  /**
   * Starts the clock for all leases, when this member becomes leader.
   *
   * @param reader the tables, at least as new as the entry that made this member leader
   * @param newTerm the term in which this member leads; proposals of the keeper are valid in this
   *     term only
   * @param marginMs added to every deadline
   */
  public void lead(Reader reader, long newTerm, long marginMs) {
    resign();
    leading = true;
    term = newTerm;
    lastCheckpointNanos = nanoClock.getAsLong();
    LeaseTable.forEach(
        reader,
        lease -> {
          Deadline deadline = new Deadline(lease);
          deadlines.put(lease.id(), deadline);
          setTimer(
              deadline,
              TimeUnit.SECONDS.toNanos(lease.assumedRemaining())
                  + TimeUnit.MILLISECONDS.toNanos(marginMs));
        });
  }

  /** Stops the clock and forgets all leases: this member no longer leads. */
  public void resign() {
    leading = false;
    deadlines.clear();
    timers.clear();
    ending.clear();
  }

  /** The term passed to {@link #lead}. */
  public long term() {
    return term;
  }

  public boolean isLeading() {
    return leading;
  }

  /** Receives the changes of leases by an applied entry. */
  public void applied(List<LeaseEvent> events) {
    if (!leading) {
      return;
    }
    for (LeaseEvent event : events) {
      if (event instanceof LeaseEvent.Updated updated) {
        update(updated.lease());
      } else if (event instanceof LeaseEvent.Revoked revoked) {
        deadlines.remove(revoked.id());
      }
    }
  }

  /**
   * Renews a lease.
   *
   * @return for how many seconds the lease is guaranteed to live: the granted TTL, or the recorded
   *     remaining TTL if that is less; 0 if the lease has expired; {@link #UNKNOWN} if there is
   *     none
   */
  public long renew(long id) {
    Deadline deadline = deadlines.get(id);
    if (deadline == null) {
      return UNKNOWN;
    }
    if (ending.contains(deadline) || deadline.atNanos - nanoClock.getAsLong() <= 0) {
      return 0;
    }
    setTimer(deadline, TimeUnit.SECONDS.toNanos(deadline.lease.ttl()));
    if (deadline.lease.remaining() > 0) {
      // A new leader would start from the recorded remaining TTL. No more than that is promised
      // until the record has been cleared.
      propose(List.of(remaining(deadline.lease, 0)));
      return deadline.lease.remaining();
    }
    return deadline.lease.ttl();
  }

  /** The remaining TTL of a lease, in seconds rounded up; {@link #UNKNOWN} if there is none. */
  public long remaining(long id) {
    Deadline deadline = deadlines.get(id);
    return deadline == null ? UNKNOWN : Math.max(0, secondsLeft(deadline));
  }

  /** The IDs of all listed leases, in the order in which they expire. */
  public List<Long> ids() {
    return deadlines.values().stream()
        .filter(deadline -> deadline.lease.kind().isListed())
        .sorted((left, right) -> order(left.atNanos, right.atNanos))
        .map(deadline -> deadline.lease.id())
        .toList();
  }

  /**
   * Proposes revocations and checkpoints that are due. To be called often; cheap if nothing is due.
   */
  public void tick() {
    if (!leading) {
      return;
    }
    long now = nanoClock.getAsLong();
    while (ending.size() < REVOKES_IN_FLIGHT_MAX) {
      Timer timer = timers.peek();
      if (timer == null || timer.atNanos() - now > 0) {
        break;
      }
      timers.remove();
      if (isCurrent(timer) && !ending.contains(timer.deadline())) {
        end(timer.deadline());
      }
    }
    if (now - lastCheckpointNanos >= checkpointIntervalNanos) {
      lastCheckpointNanos = now;
      checkpoint();
    }
  }

  private void update(Lease lease) {
    Deadline known = deadlines.get(lease.id());
    if (known != null && known.lease.grantedIndex() == lease.grantedIndex()) {
      known.lease = lease;
      return;
    }
    Deadline deadline = new Deadline(lease);
    deadlines.put(lease.id(), deadline);
    setTimer(deadline, TimeUnit.SECONDS.toNanos(lease.ttl()));
  }

  private void setTimer(Deadline deadline, long inNanos) {
    // Cannot overflow: the longest TTL is 285 years, and differences of the clock reach 292.
    deadline.atNanos = nanoClock.getAsLong() + inNanos;
    timers.add(new Timer(deadline.atNanos, deadline));
    if (timers.size() > 2 * deadlines.size() + 1000) {
      // Leaves one timer for each lease, so the next removal comes only after as many new timers.
      timers.removeIf(timer -> !isCurrent(timer));
    }
  }

  /** Whether the timer's lease exists and was not renewed since. */
  private boolean isCurrent(Timer timer) {
    Deadline deadline = timer.deadline();
    return deadlines.get(deadline.lease.id()) == deadline && deadline.atNanos == timer.atNanos();
  }

  private void end(Deadline deadline) {
    ending.add(deadline);
    Lease lease = deadline.lease;
    RevokeLease revoke =
        RevokeLease.newBuilder()
            .setId(lease.id())
            .setGrantedIndex(lease.grantedIndex())
            .setTerm(term)
            .build();
    proposer
        .apply(Command.newBuilder().setRevokeLease(revoke).build())
        .whenComplete((outcome, failure) -> executor.accept(() -> ended(deadline, failure)));
  }

  private void ended(Deadline deadline, @Nullable Throwable failure) {
    if (!ending.remove(deadline)) {
      return; // proposed in an earlier term of this leader
    }
    if (deadlines.get(deadline.lease.id()) == deadline) {
      // The proposal was refused, or its outcome is unknown. Proposing it again is harmless,
      // because it contains the index of the grant.
      setTimer(deadline, failure == null ? REFUSED_RETRY_NANOS : 0);
    }
  }

  private void checkpoint() {
    List<CheckpointLeases.Remaining> remaining = new ArrayList<>();
    for (Deadline deadline : deadlines.values()) {
      long left = secondsLeft(deadline);
      long interval = TimeUnit.NANOSECONDS.toSeconds(checkpointIntervalNanos);
      if (deadline.lease.ttl() > interval && left > 0 && left < deadline.lease.ttl()) {
        remaining.add(remaining(deadline.lease, left));
      }
    }
    for (int from = 0; from < remaining.size(); from += CHECKPOINT_LEASES_MAX) {
      propose(remaining.subList(from, Math.min(from + CHECKPOINT_LEASES_MAX, remaining.size())));
    }
  }

  /** A lost checkpoint needs no retry: the next one replaces it. */
  private void propose(List<CheckpointLeases.Remaining> remaining) {
    CheckpointLeases checkpoint =
        CheckpointLeases.newBuilder().addAllLeases(remaining).setTerm(term).build();
    var unused = proposer.apply(Command.newBuilder().setCheckpointLeases(checkpoint).build());
  }

  /** Compares times by their difference, as System.nanoTime requires: the clock may wrap around. */
  private static int order(long leftNanos, long rightNanos) {
    return Long.signum(leftNanos - rightNanos);
  }

  private long secondsLeft(Deadline deadline) {
    long left = deadline.atNanos - nanoClock.getAsLong();
    return Math.floorDiv(left + TimeUnit.SECONDS.toNanos(1) - 1, TimeUnit.SECONDS.toNanos(1));
  }

  private static CheckpointLeases.Remaining remaining(Lease lease, long seconds) {
    return CheckpointLeases.Remaining.newBuilder().setId(lease.id()).setRemaining(seconds).build();
  }
}
