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

/** Gives up a place in a lock, trying until it is gone: a live session must not keep it. */
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
    // Repeated here, not by the call, so that it is known whether an earlier attempt may have done
    // it.
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
      // An earlier attempt whose answer was lost may have been what released it.
      future.complete(maybeDone);
    } else if (session.state() == SessionState.LOST || Verdict.of(failure, true) == Verdict.FINAL) {
      future.completeExceptionally(failure);
    } else {
      maybeDone |= failure instanceof OutcomeUnknownException;
      calls.timer().schedule(backoff.nextNanos(), this::start);
    }
  }

  /** Waits, but not for ever, and for an interrupted thread not at all. */
  static void awaitDone(CompletableFuture<Boolean> release, Duration timeout) {
    try {
      release.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // Either the session is lost and the lock with it, or it goes on being released.
      return;
    }
  }
}
