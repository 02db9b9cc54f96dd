package io.metastore.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.metastore.api.v1.ErrorDetail.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A call with one response. It makes attempts at one endpoint after the other until one succeeds,
 * fails for good, or must not be repeated. Attempts run one after the other, so their state needs
 * no lock; only cancellation comes from other threads.
 */
final class UnaryCall<Q, R> {
  private final Calls calls;
  private final MethodDescriptor<Q, R> method;
  private final Supplier<Q> request;
  private final Repeat repeat;
  private final long timeoutNanos;
  private final long startNanos;
  private final CompletableFuture<R> future = new CompletableFuture<>();
  private final Backoff backoff = new Backoff();

  private int attempts;
  private boolean maybeDone;
  private boolean loginRenewed;
  private volatile @Nullable ClientCall<Q, R> current;

  UnaryCall(
      Calls calls,
      MethodDescriptor<Q, R> method,
      Supplier<Q> request,
      Repeat repeat,
      long timeoutNanos) {
    this.calls = calls;
    this.method = method;
    this.request = request;
    this.repeat = repeat;
    this.timeoutNanos = timeoutNanos;
    this.startNanos = calls.timer().nanoTime();
  }

  CompletableFuture<R> start() {
    future.whenComplete(
        (answer, failure) -> {
          ClientCall<Q, R> call = current;
          if (future.isCancelled() && call != null) {
            call.cancel("cancelled by the caller", null);
          }
        });
    attempt();
    return future;
  }

  private void attempt() {
    SendMark mark = new SendMark();
    Login.Proof proof = calls.login().proof();
    CallOptions options = proof.with(CallOptions.DEFAULT.withStreamTracerFactory(mark));
    if (timeoutNanos != Calls.FOREVER) {
      options = options.withDeadlineAfter(Math.max(leftNanos(), 0), TimeUnit.NANOSECONDS);
    }
    attempts++;
    Endpoints.Endpoint endpoint = calls.endpoints().current();
    ClientCall<Q, R> call = endpoint.channel().newCall(method, options);
    CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
    ClientCalls.asyncUnaryCall(
        call,
        request.get(),
        new StreamObserver<R>() {
          @Override
          public void onNext(R answer) {
            future.complete(answer);
          }

          @Override
          public void onError(Throwable failure) {
            ended.complete(null);
            MetastoreException known = MetastoreException.of(failure);
            if (known.reason() == Reason.UNAUTHENTICATED && !loginRenewed && proof.renew()) {
              loginRenewed = true;
              calls.timer().schedule(0, UnaryCall.this::attempt);
            } else {
              failed(endpoint, known, mark.sent());
            }
          }

          @Override
          public void onCompleted() {
            ended.complete(null);
          }
        });
    // Only now can it be cancelled: gRPC does not start a call that was cancelled before.
    if (!ended.isDone()) {
      current = call;
    }
    ended.thenRun(
        calls
            .timer()
            .schedule(
                calls.attemptTimeout().toNanos(),
                () -> {
                  // If the request is being sent just now, the mark will show it when the failure
                  // is judged.
                  if (repeat == Repeat.READ || !mark.sent()) {
                    call.cancel("no answer in time", null);
                  }
                }));
    if (future.isCancelled()) {
      call.cancel("cancelled by the caller", null);
    }
  }

  private void failed(Endpoints.Endpoint endpoint, MetastoreException failure, boolean sent) {
    Verdict verdict = Verdict.of(failure, sent);
    maybeDone |= verdict == Verdict.UNKNOWN;
    if (verdict != Verdict.FINAL && failure.reason() != Reason.OVERLOADED) {
      calls.endpoints().leave(endpoint);
    }
    boolean again =
        verdict == Verdict.NOT_DONE || (verdict == Verdict.UNKNOWN && repeat != Repeat.WRITE);
    long pauseNanos = attempts < calls.endpoints().size() ? 0 : backoff.nextNanos();
    if (again && pauseNanos < leftNanos() && !future.isDone() && !calls.endpoints().closed()) {
      calls.timer().schedule(pauseNanos, this::attempt);
    } else if (verdict != Verdict.FINAL && maybeDone && repeat != Repeat.READ) {
      future.completeExceptionally(new OutcomeUnknownException(failure));
    } else {
      future.completeExceptionally(failure);
    }
  }

  private long leftNanos() {
    return timeoutNanos == Calls.FOREVER
        ? Calls.FOREVER
        : timeoutNanos - (calls.timer().nanoTime() - startNanos);
  }
}
