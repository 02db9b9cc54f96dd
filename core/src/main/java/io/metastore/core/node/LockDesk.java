package io.metastore.core.node;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.LockWait;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.StoreException.NotServed;
import io.metastore.core.command.Acquire;
import io.metastore.core.command.Command;
import io.metastore.core.command.Compare;
import io.metastore.core.command.Delete;
import io.metastore.core.command.Op;
import io.metastore.core.command.Txn;
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
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Callers on this member that wait for a lock. Who is next is decided in apply, on every member
 * alike; here the news only finds its caller. Thread-safe.
 */
final class LockDesk {
  private static final long RETRY_MS = 1000;

  private final Function<Command, CompletableFuture<Outcome>> proposer;
  private final Supplier<StoreView> views;

  /** Several only if a client asks again before it was answered. The sets are never changed. */
  private final Map<PlaceId, Set<Wait>> waits = new ConcurrentHashMap<>();

  private record PlaceId(ByteString key, long token) {}

  LockDesk(Function<Command, CompletableFuture<Outcome>> proposer, Supplier<StoreView> views) {
    this.proposer = proposer;
    this.views = views;
  }

  LockWait acquire(Acquire acquire) {
    Wait wait = new Wait(acquire);
    proposer
        .apply(Command.newBuilder().setAcquire(acquire).build())
        .whenComplete(
            (outcome, failure) -> {
              if (failure != null) {
                wait.fail(failure);
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
    waits.merge(id, Set.of(wait), LockDesk::union);
    // The place may have come up, or gone, before it was known here.
    look(wait, id);
    if (wait.isCancelled()) {
      leave(wait, id);
    }
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

  /** Passes on the end of a wait; a place that nobody wants any more is given up. */
  private void end(Set<Wait> ended, Outcome outcome) {
    boolean wanted = false;
    for (Wait wait : ended) {
      wanted |= wait.finish(outcome);
    }
    if (!wanted
        && outcome instanceof Outcome.LockPlace taken
        && taken.key() != null
        && taken.held()) {
      giveUp(new PlaceId(taken.key(), taken.token()));
    }
  }

  /** One caller waits no more; the place is given up if it was the last. */
  private void leave(Wait wait, PlaceId id) {
    boolean[] last = new boolean[1];
    waits.computeIfPresent(
        id,
        (key, waiting) -> {
          Set<Wait> rest = new HashSet<>(waiting);
          last[0] = rest.remove(wait) && rest.isEmpty();
          return rest.isEmpty() ? null : Set.copyOf(rest);
        });
    if (last[0]) {
      giveUp(id);
    }
  }

  private static Outcome lost(long revision) {
    return new Outcome.Failed(revision, Failure.of(FailureCode.LOCK_PLACE_LOST));
  }

  /** Deletes a place, if it is still the one that was taken. */
  private void giveUp(PlaceId place) {
    Compare same =
        Compare.newBuilder()
            .setKey(place.key())
            .setTarget(Compare.Target.CREATE)
            .setNumber(place.token())
            .build();
    Op delete = Op.newBuilder().setDelete(Delete.newBuilder().setKey(place.key())).build();
    Txn txn = Txn.newBuilder().addCompares(same).addSuccess(delete).build();
    withdraw(Command.newBuilder().setTxn(txn).build());
  }

  /** Again and again until it is done: doing it twice is harmless, leaving it undone is not. */
  private void withdraw(Command deletion) {
    proposer
        .apply(deletion)
        .whenComplete(
            (outcome, failure) -> {
              boolean stopped =
                  failure instanceof NotServed notServed
                      && notServed.reason() == NotServed.Reason.STOPPED;
              if (failure != null && !stopped) {
                CompletableFuture.delayedExecutor(RETRY_MS, TimeUnit.MILLISECONDS)
                    .execute(() -> withdraw(deletion));
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
