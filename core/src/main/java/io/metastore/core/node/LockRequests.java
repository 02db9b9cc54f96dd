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
 * Callers on this member that wait for a lock. Apply decides, on every member alike, who holds a
 * lock; this class notifies the waiting callers. Thread-safe.
 */
final class LockRequests {
  private static final long RETRY_MS = 1000;

  private final Function<Command, CompletableFuture<Outcome>> proposer;
  private final Supplier<StoreView> views;
  private final int process;
  private final AtomicInteger calls = new AtomicInteger();

  /**
   * Waits by place in a queue. A place has several only if a client repeated a call before it was
   * answered. The sets are immutable.
   */
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

  /** Notifies waiters of what an applied entry did to their places. */
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

  /**
   * A snapshot was installed: events of the skipped entries were not seen, so all places are
   * checked.
   */
  void restored() {
    waits.forEach((id, waiting) -> waiting.forEach(wait -> look(wait, id)));
  }

  private void await(Wait wait, PlaceId id) {
    wait.place = id;
    waits.merge(id, Set.of(wait), LockRequests::union);
    // The place may have been granted or deleted before the wait was registered.
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

  /** Ends the waits for a place if it holds the lock or is gone. */
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

  /** One caller stops waiting. */
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

  /** Gives up the place, unless another call still wants it. */
  private void withdraw(Wait wait) {
    Withdraw withdraw =
        Withdraw.newBuilder()
            .setName(wait.acquire.getName())
            .setLease(wait.acquire.getLease())
            .setWait(wait.acquire.getWait())
            .build();
    withdraw(Command.newBuilder().setWithdraw(withdraw).build());
  }

  /**
   * Retries until it succeeds: withdrawing twice is harmless, but a place left behind would block
   * the lock.
   */
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

    /**
     * {@code cancelled} and {@code finished} are guarded by this; at most one of them becomes true.
     */
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

    /** Marks the wait as finished; false if it was cancelled before. */
    private synchronized boolean end() {
      finished = !cancelled;
      return finished;
    }

    /** Completes the wait; false if the caller has cancelled and no longer wants the lock. */
    private boolean finish(Outcome outcome) {
      boolean wanted = end();
      held.complete(outcome);
      return wanted;
    }
  }
}
