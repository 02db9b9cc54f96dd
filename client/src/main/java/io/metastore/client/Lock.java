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
 * A lock in exclusive or shared mode, as used by one session. Not reentrant: while the session
 * holds or waits for the lock, a second attempt throws IllegalStateException. To let threads of one
 * program contend for a lock, give each its own session.
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
   * The same lock with a lock-delay: if the session expires while it holds the lock, nobody gets
   * the lock for this time. Rounded up to whole seconds, at most 60 s; the default is none.
   */
  public Lock withDelay(Duration lockDelay) {
    return new Lock(calls, session, name, mode, requireNonNull(lockDelay, "lockDelay"));
  }

  /**
   * Waits until the lock is held or the session is lost. Cancelling the future withdraws the
   * request from the queue.
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

  /**
   * Acquires the lock if it is free. Otherwise completes with an empty result and queues nothing.
   */
  public CompletableFuture<Optional<HeldLock>> tryAcquireAsync() {
    return acquire(Duration.ZERO);
  }

  /** Blocking form of {@link #tryAcquireAsync}. */
  public Optional<HeldLock> tryAcquire() throws InterruptedException {
    return Blocking.await(tryAcquireAsync());
  }

  /** Acquires the lock if it becomes free within the time. */
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
      throw new IllegalStateException("the session already holds or waits for this lock: " + name);
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
        // Cancelled while the lock was being granted.
        held.releaseAsync();
      }
    }
  }

  /**
   * Withdraws a request after a cancelled or failed call. The request may still be in the queue,
   * because the server that would withdraw it may have failed, and the session could then get the
   * lock without anybody knowing. The session's claim on the lock remains until the withdrawal has
   * succeeded.
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
