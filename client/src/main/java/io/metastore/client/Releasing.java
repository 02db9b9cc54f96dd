package io.metastore.client;

import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.ReleaseRequest;
import io.metastore.api.v1.ReleaseResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Releases a lock and keeps trying until it succeeds, because a live session would otherwise keep
 * the lock.
 */
final class Releasing {
  private final Calls calls;
  private final Session session;
  private final ReleaseRequest request;
  private final Backoff backoff = new Backoff();
  private final CompletableFuture<Boolean> future = new CompletableFuture<>();

  private boolean maybeDone;

  Releasing(Calls calls, Session session, String lock, long token) {
    this.calls = calls;
    this.session = session;
    this.request = ReleaseRequest.newBuilder().setLock(lock).setToken(token).build();
  }

  CompletableFuture<Boolean> start() {
    // Retried here, not by the call, so that it is known whether an earlier attempt may have
    // succeeded.
    calls.unary(LocksGrpc.getReleaseMethod(), request, Repeat.WRITE).whenComplete(this::answered);
    return future;
  }

  private void answered(@Nullable ReleaseResponse answer, @Nullable Throwable thrown) {
    if (thrown == null) {
      future.complete(true);
      return;
    }
    MetastoreException failure = MetastoreException.of(thrown);
    if (failure.reason() == Reason.STALE_TOKEN) {
      // The lock may have been released by an earlier attempt whose reply was lost.
      future.complete(maybeDone);
    } else if (session.state() == SessionState.LOST || Verdict.of(failure, true) == Verdict.FINAL) {
      future.completeExceptionally(failure);
    } else {
      maybeDone |= failure instanceof OutcomeUnknownException;
      calls.timer().schedule(backoff.nextNanos(), this::start);
    }
  }

  /** Waits for at most the timeout; does not wait if the thread is interrupted. */
  static void awaitDone(CompletableFuture<Boolean> release, Duration timeout) {
    try {
      release.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // The release continues in the background until it succeeds or the session is lost.
      return;
    }
  }
}
