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
import java.util.List;
import java.util.Map;
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

  /** By key and token of the place. */
  private final Map<PlaceId, Wait> waits = new ConcurrentHashMap<>();

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
                wait.finish(outcome);
              }
            });
    return wait;
  }

  /** Tells waiters what an applied entry did to their places. */
  void applied(long revision, List<LockEvent> events) {
    for (LockEvent event : events) {
      Wait wait = waits.remove(new PlaceId(event.key(), event.token()));
      if (wait != null) {
        wait.finish(
            event.kind() == LockEvent.Kind.HELD
                ? new Outcome.LockPlace(revision, event.key(), event.token(), true)
                : lost(revision));
      }
    }
  }

  /** The state jumped: events of the entries in between were never seen here. */
  void restored() {
    waits.forEach((id, wait) -> look(wait, id));
  }

  private void await(Wait wait, PlaceId id) {
    wait.place = id;
    waits.put(id, wait);
    // The place may have come up, or gone, before it was known here.
    look(wait, id);
    if (wait.isCancelled()) {
      giveUp(wait, id);
    }
  }

  /** Ends the wait if the place is held or gone. */
  private void look(Wait wait, PlaceId id) {
    StoreView view = views.get();
    try {
      LockTable.Place now =
          LockTable.find(view.reader(), wait.acquire.getName(), id.key(), id.token());
      if ((now == null || now.held()) && waits.remove(id, wait)) {
        wait.finish(
            now == null
                ? lost(view.revision())
                : new Outcome.LockPlace(view.revision(), id.key(), id.token(), true));
      }
    } finally {
      view.release();
    }
  }

  private static Outcome lost(long revision) {
    return new Outcome.Failed(revision, Failure.of(FailureCode.LOCK_PLACE_LOST));
  }

  /** Deletes a place, if it is still the one that was taken. */
  private void giveUp(Wait wait, PlaceId place) {
    waits.remove(place, wait);
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
        giveUp(this, known);
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

    /** Passes on the end of the wait; a place that nobody wants any more is given up. */
    private void finish(Outcome outcome) {
      if (!end()
          && outcome instanceof Outcome.LockPlace taken
          && taken.key() != null
          && taken.held()) {
        giveUp(this, new PlaceId(taken.key(), taken.token()));
      }
      held.complete(outcome);
    }
  }
}
