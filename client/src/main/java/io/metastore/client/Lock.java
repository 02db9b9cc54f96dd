package io.metastore.client;

import static java.util.Objects.requireNonNull;

import io.metastore.api.v1.AcquireRequest;
import io.metastore.api.v1.AcquireResponse;
import io.metastore.api.v1.LockMode;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.Place;
import io.metastore.api.v1.QueryRequest;
import io.metastore.api.v1.QueryResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One mode of one lock, seen from one session. Not reentrant: a session has one place in a lock, so
 * while it holds or awaits a lock a second attempt through it throws IllegalStateException. Who
 * wants to contend within one program makes one session for each contender.
 *
 * <pre>{@code
 * try (HeldLock held = session.lock("/jobs/nightly").acquire()) {
 *   client.keyValue().put("/jobs/state", "running", held.fence());
 * }
 * Optional<HeldLock> perhaps = session.sharedLock("/jobs").tryAcquire(Duration.ofSeconds(2));
 * }</pre>
 */
public final class Lock {
  private final Calls calls;
  private final Session session;
  private final String name;
  private final LockMode mode;
  private final Duration delay;

  Lock(Calls calls, Session session, String name, LockMode mode, Duration delay) {
    this.calls = calls;
    this.session = session;
    this.name = requireNonNull(name, "name");
    this.mode = mode;
    this.delay = delay;
  }

  /**
   * The same with a lock-delay: how long nobody gets the lock if this session expires while it
   * holds it. Rounded up to whole seconds, at most 60 s; default none.
   */
  public Lock withDelay(Duration lockDelay) {
    return new Lock(calls, session, name, mode, requireNonNull(lockDelay, "lockDelay"));
  }

  /**
   * Waits until the lock is held, or the session is lost. To cancel it withdraws from the queue.
   */
  public CompletableFuture<HeldLock> acquireAsync() {
    CompletableFuture<Optional<HeldLock>> acquired = acquire(null);
    CompletableFuture<HeldLock> result = acquired.thenApply(Lock::afterEndlessWait);
    result.whenComplete(
        (held, failure) -> {
          if (result.isCancelled()) {
            acquired.cancel(false);
          }
        });
    return result;
  }

  /** Blocking form of {@link #acquireAsync}. */
  public HeldLock acquire() throws InterruptedException {
    return afterEndlessWait(Blocking.await(acquire(null)));
  }

  /** Takes the lock if that is possible at once, and else leaves no trace. */
  public CompletableFuture<Optional<HeldLock>> tryAcquireAsync() {
    return acquire(Duration.ZERO);
  }

  /** Blocking form of {@link #tryAcquireAsync}. */
  public Optional<HeldLock> tryAcquire() throws InterruptedException {
    return Blocking.await(tryAcquireAsync());
  }

  /** Takes the lock if that is possible within the time. */
  public CompletableFuture<Optional<HeldLock>> tryAcquireAsync(Duration wait) {
    if (wait.isNegative()) {
      throw new IllegalArgumentException("negative wait: " + wait);
    }
    return acquire(wait);
  }

  /** Blocking form of {@link #tryAcquireAsync(Duration)}. */
  public Optional<HeldLock> tryAcquire(Duration wait) throws InterruptedException {
    return Blocking.await(tryAcquireAsync(wait));
  }

  private static HeldLock afterEndlessWait(Optional<HeldLock> held) {
    return held.orElseThrow(() -> new IllegalStateException("not acquired, with no limit set"));
  }

  private CompletableFuture<Optional<HeldLock>> acquire(@Nullable Duration wait) {
    if (!session.claim(name)) {
      throw new IllegalStateException("the session holds or awaits this lock already: " + name);
    }
    long timeoutNanos = wait == null ? Calls.FOREVER : calls.requestTimeout().plus(wait).toNanos();
    long startNanos = calls.timer().nanoTime();
    AtomicInteger attempts = new AtomicInteger();
    CompletableFuture<AcquireResponse> call =
        calls.unary(
            LocksGrpc.getAcquireMethod(),
            () -> {
              attempts.incrementAndGet();
              return request(wait, calls.timer().nanoTime() - startNanos);
            },
            Repeat.HARMLESS,
            timeoutNanos);
    CompletableFuture<Optional<HeldLock>> result = new CompletableFuture<>();
    result.whenComplete(
        (held, failure) -> {
          if (result.isCancelled()) {
            call.cancel(false);
          }
        });
    session.ifLost(name, () -> call.cancel(false));
    call.whenComplete((answer, failure) -> decide(result, attempts.get(), answer, failure));
    return result;
  }

  private void decide(
      CompletableFuture<Optional<HeldLock>> result,
      int attempts,
      @Nullable AcquireResponse answer,
      @Nullable Throwable failure) {
    if (answer == null) {
      Throwable reason = requireNonNull(failure, "failure");
      boolean mayHold =
          reason instanceof OutcomeUnknownException || !(reason instanceof MetastoreException);
      if (mayHold) {
        withdraw();
      } else {
        session.unclaim(name);
      }
      boolean sessionLost = reason instanceof CancellationException && !result.isCancelled();
      result.completeExceptionally(sessionLost ? MetastoreException.sessionLost(reason) : reason);
    } else if (!answer.getAcquired()) {
      if (attempts > 1) {
        withdraw();
      } else {
        session.unclaim(name);
      }
      result.complete(Optional.empty());
    } else {
      HeldLock held =
          new HeldLock(calls, session, name, mode, answer.getToken(), answer.getSequencer());
      if (!result.complete(Optional.of(held))) {
        // Cancelled while it was granted.
        held.releaseAsync();
      }
    }
  }

  /**
   * After a cancelled or broken call, which may have left a place: the session must not come to
   * hold the lock without anybody knowing. The server that waited would withdraw the place, but may
   * have died. The claim stays until that is settled.
   */
  private void withdraw() {
    if (session.state() == SessionState.LOST) {
      session.unclaim(name);
      return;
    }
    QueryRequest query = QueryRequest.newBuilder().setLock(name).build();
    calls
        .unary(LocksGrpc.getQueryMethod(), query, Repeat.READ)
        .whenComplete(
            (queue, failure) -> {
              if (queue != null) {
                release(queue);
              } else if (Verdict.of(MetastoreException.of(failure), true) == Verdict.FINAL) {
                session.unclaim(name);
              } else {
                calls.timer().schedule(TimeUnit.SECONDS.toNanos(1), this::withdraw);
              }
            });
  }

  private void release(QueryResponse queue) {
    for (Place place : queue.getPlacesList()) {
      if (place.getClientId() == session.id()) {
        new Releasing(calls, session, name, place.getToken())
            .start()
            .whenComplete((done, failure) -> session.unclaim(name));
        return;
      }
    }
    session.unclaim(name);
  }

  private AcquireRequest request(@Nullable Duration wait, long passedNanos) {
    AcquireRequest.Builder request =
        AcquireRequest.newBuilder()
            .setLock(name)
            .setClientId(session.id())
            .setMode(mode)
            .setLockDelayMs(delay.toMillis());
    if (wait != null) {
      request.setWaitMs(Math.max(wait.minusNanos(passedNanos).toMillis(), 0));
    }
    return request.build();
  }
}
