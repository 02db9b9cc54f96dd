package io.metastore.core.node;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.LockWait;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.api.StoreException.OutcomeUnknown;
import io.metastore.core.command.Acquire;
import io.metastore.core.command.Command;
import io.metastore.core.command.Withdraw;
import io.metastore.core.lock.LockEvent;
import io.metastore.core.lock.LockTable;
import io.metastore.core.machine.StoreView;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Callers on this member that wait for a lock. Who is next is decided in apply, on every member
 * alike; here the news only finds its caller. Thread-safe.
 */
final class LockRequests {
  private static final long RETRY_MS = 1000;

  private final Function<Command, CompletableFuture<Outcome>> proposer;
  private final Supplier<StoreView> views;
  private final int process;
  private final AtomicInteger calls = new AtomicInteger();

  /** Several only if a client asks again before it was answered. The sets are never changed. */
  private final Map<PlaceId, Set<Wait>> waits = new ConcurrentHashMap<>();

  private record PlaceId(ByteString key, long token) {}

  /**
   * @param process as in {@link io.metastore.core.command.MemberNote}
   */
  LockRequests(
      int process,
      Function<Command, CompletableFuture<Outcome>> proposer,
      Supplier<StoreView> views) {
    this.process = process;
    this.proposer = proposer;
    this.views = views;
  }

  LockWait acquire(Command command) {
    Wait wait = new Wait(command.getAcquire().toBuilder().setWait(newId()).build());
    proposer
        .apply(command.toBuilder().setAcquire(wait.acquire).build())
        .whenComplete(
            (outcome, failure) -> {
              if (failure != null) {
                wait.fail(failure);
                if (failure instanceof OutcomeUnknown) {
                  withdraw(wait);
                }
              } else if (outcome instanceof Outcome.LockPlace place
                  && place.key() != null
                  && !place.held()) {
                await(wait, new PlaceId(place.key(), place.token()));
              } else {
                end(Set.of(wait), outcome);
              }
            });
    return wait;
  }

  /** Tells waiters what an applied entry did to their places. */
  void applied(long revision, List<LockEvent> events) {
    for (LockEvent event : events) {
      Set<Wait> ended = waits.remove(new PlaceId(event.key(), event.token()));
      if (ended != null) {
        end(
            ended,
            event.kind() == LockEvent.Kind.HELD
                ? new Outcome.LockPlace(revision, event.key(), event.token(), true)
                : lost(revision));
      }
    }
  }

  /** The state jumped: events of the entries in between were never seen here. */
  void restored() {
    waits.forEach((id, waiting) -> waiting.forEach(wait -> look(wait, id)));
  }

  private void await(Wait wait, PlaceId id) {
    wait.place = id;
    waits.merge(id, Set.of(wait), LockRequests::union);
    // The place may have come up, or gone, before it was known here.
    look(wait, id);
    if (wait.isCancelled()) {
      leave(wait, id);
    }
  }

  private long newId() {
    return (long) process << Integer.SIZE | Integer.toUnsignedLong(calls.incrementAndGet());
  }

  private static Set<Wait> union(Set<Wait> some, Set<Wait> others) {
    Set<Wait> all = new HashSet<>(some);
    all.addAll(others);
    return Set.copyOf(all);
  }

  /** Ends the wait if the place is held or gone. */
  private void look(Wait wait, PlaceId id) {
    StoreView view = views.get();
    try {
      LockTable.Place now =
          LockTable.find(view.reader(), wait.acquire.getName(), id.key(), id.token());
      Set<Wait> ended = now == null || now.held() ? waits.remove(id) : null;
      if (ended != null) {
        end(
            ended,
            now == null
                ? lost(view.revision())
                : new Outcome.LockPlace(view.revision(), id.key(), id.token(), true));
      }
    } finally {
      view.release();
    }
  }

  private void end(Set<Wait> ended, Outcome outcome) {
    for (Wait wait : ended) {
      boolean wanted = wait.finish(outcome);
      if (!wanted && outcome instanceof Outcome.LockPlace place && place.held()) {
        withdraw(wait);
      }
    }
  }

  /** One caller waits no more. */
  private void leave(Wait wait, PlaceId id) {
    boolean[] left = new boolean[1];
    waits.computeIfPresent(
        id,
        (key, waiting) -> {
          Set<Wait> rest = new HashSet<>(waiting);
          left[0] = rest.remove(wait);
          return rest.isEmpty() ? null : Set.copyOf(rest);
        });
    if (left[0]) {
      withdraw(wait);
    }
  }

  private static Outcome lost(long revision) {
    return new Outcome.Failed(revision, Failure.of(FailureCode.LOCK_PLACE_LOST));
  }

  /** The place is given up, unless another call wants it too. */
  private void withdraw(Wait wait) {
    Withdraw withdraw =
        Withdraw.newBuilder()
            .setName(wait.acquire.getName())
            .setLease(wait.acquire.getLease())
            .setWait(wait.acquire.getWait())
            .build();
    withdraw(Command.newBuilder().setWithdraw(withdraw).build());
  }

  /** Again and again until it is done: doing it twice is harmless, leaving it undone is not. */
  private void withdraw(Command withdrawal) {
    proposer
        .apply(withdrawal)
        .whenComplete(
            (outcome, failure) -> {
              boolean stopped =
                  failure instanceof NotServed notServed
                      && notServed.reason() == NotServed.Reason.STOPPED;
              if (failure != null && !stopped) {
                CompletableFuture.delayedExecutor(RETRY_MS, TimeUnit.MILLISECONDS)
                    .execute(() -> withdraw(withdrawal));
              }
            });
  }

  private final class Wait implements LockWait {
    private final Acquire acquire;
    private final CompletableFuture<Outcome> held = new CompletableFuture<>();
    private volatile @Nullable PlaceId place;

    /** Guarded by this, both: the wait ends in one way or the other. */
    private boolean cancelled;

    private boolean finished;

    Wait(Acquire acquire) {
      this.acquire = acquire;
    }

    @Override
    public CompletableFuture<Outcome> held() {
      return held;
    }

    @Override
    public boolean cancel() {
      synchronized (this) {
        if (finished || cancelled) {
          return !finished;
        }
        cancelled = true;
      }
      PlaceId known = place;
      if (known != null) {
        leave(this, known);
      }
      return true;
    }

    private void fail(Throwable failure) {
      end();
      held.completeExceptionally(failure);
    }

    private synchronized boolean isCancelled() {
      return cancelled;
    }

    /** Whether the caller still wants to hear of it. */
    private synchronized boolean end() {
      finished = !cancelled;
      return finished;
    }

    /** Passes on the end of the wait; false if the caller does not want the lock any more. */
    private boolean finish(Outcome outcome) {
      boolean wanted = end();
      held.complete(outcome);
      return wanted;
    }
  }
}
