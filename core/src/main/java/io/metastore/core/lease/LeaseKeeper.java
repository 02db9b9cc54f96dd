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
 * The leader's clock over the leases: renews them in memory, proposes the end of those that ran
 * out, and now and then records how much is left so that a new leader need not start all over.
 *
 * <p>A lease never ends early: a leader takes over with the whole remaining TTL plus a margin that
 * covers what the leader before it may still have promised, and what a leader proposes by its clock
 * counts in its own term only. Once the end of a lease is proposed it can no longer be renewed.
 *
 * <p>Not thread-safe: {@code core.node} runs all calls on one thread, in the order in which entries
 * were applied.
 */
public final class LeaseKeeper {
  /** Answers for a lease of which no applied entry has told this keeper. */
  public static final long UNKNOWN = -1;

  /** Expired leases proposed and not yet applied; the rest waits for the next turn. */
  private static final int REVOKES_IN_FLIGHT_MAX = 1000;

  private static final int CHECKPOINT_LEASES_MAX = 1000;

  /** After which the end of a lease is proposed again when a CORRUPT alarm forbade it. */
  private static final long REFUSED_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier nanoClock;
  private final Function<Command, CompletableFuture<Outcome>> proposer;
  private final Consumer<Runnable> executor;
  private final long checkpointIntervalNanos;

  private final Map<Long, Deadline> deadlines = new HashMap<>();

  /**
   * May hold outdated entries: one counts only if it is the one in {@link #deadlines} and due when
   * it says.
   */
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>((left, right) -> order(left.atNanos(), right.atNanos()));

  /** Deadlines whose end is proposed and not yet known to be applied. */
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
   * @param checkpointIntervalMs how often remaining lifetimes of longer leases are recorded
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
   * Starts to keep all leases.
   *
   * @param reader the tables, not older than the entry that made this member leader
   * @param newTerm in which this member leads: what is proposed counts in no other
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

  /** Forgets everything: another member leads. */
  public void resign() {
    leading = false;
    deadlines.clear();
    timers.clear();
    ending.clear();
  }

  /** As last told by {@link #lead}. */
  public long term() {
    return term;
  }

  public boolean isLeading() {
    return leading;
  }

  /** Takes what an applied entry did to leases. */
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
   * @return for how many seconds it surely lives: the granted TTL, or what the log knows of it if
   *     that is less; 0 if the lease is at its end; {@link #UNKNOWN} if there is none
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
      // A new leader would start from what was recorded. No more is promised until that is undone.
      propose(List.of(remaining(deadline.lease, 0)));
      return deadline.lease.remaining();
    }
    return deadline.lease.ttl();
  }

  /** What is left of a lease, in seconds rounded up; {@link #UNKNOWN} if there is none. */
  public long remaining(long id) {
    Deadline deadline = deadlines.get(id);
    return deadline == null ? UNKNOWN : Math.max(0, secondsLeft(deadline));
  }

  /** The ids of all leases, soonest to expire first. */
  public List<Long> ids() {
    return deadlines.values().stream()
        .filter(deadline -> deadline.lease.kind().isListed())
        .sorted((left, right) -> order(left.atNanos, right.atNanos))
        .map(deadline -> deadline.lease.id())
        .toList();
  }

  /** Proposes what is due. Called often; cheap when nothing is. */
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
      Deadline deadline = timer.deadline();
      if (deadlines.get(deadline.lease.id()) == deadline
          && deadline.atNanos == timer.atNanos()
          && !ending.contains(deadline)) {
        end(deadline);
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
    // The longest lease takes 285 years, and differences of the clock tell 292.
    deadline.atNanos = nanoClock.getAsLong() + inNanos;
    timers.add(new Timer(deadline.atNanos, deadline));
    if (timers.size() > 2 * deadlines.size() + 1000) {
      timers.removeIf(timer -> timer.deadline().atNanos != timer.atNanos());
    }
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
      // It was refused, or nobody knows whether it was done. Doing it again is harmless: the
      // grant's
      // index sees to that.
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

  /** A checkpoint that is lost is made up for by the next one. */
  private void propose(List<CheckpointLeases.Remaining> remaining) {
    CheckpointLeases checkpoint =
        CheckpointLeases.newBuilder().addAllLeases(remaining).setTerm(term).build();
    var unused = proposer.apply(Command.newBuilder().setCheckpointLeases(checkpoint).build());
  }

  /**
   * Which comes first. By difference, as for System.nanoTime: the clock may pass Long.MAX_VALUE.
   */
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
