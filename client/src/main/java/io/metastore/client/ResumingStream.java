package io.metastore.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.metastore.api.v1.ErrorDetail.Reason;
import org.jspecify.annotations.Nullable;

/**
 * A call with many responses that continues at another endpoint when it breaks. The handler is
 * called by one thread at a time. The next response is requested only when the handler has
 * returned, so a slow handler slows the server down instead of filling this process's memory.
 */
final class ResumingStream<Q, R> {
  /** Handles the responses. Its methods may block. */
  interface Handler<Q, R> {
    /** The request that continues after the responses handled so far. */
    Q request();

    /** Handles the next response. An exception ends the stream. */
    void answer(R answer);

    /** Called once, after all responses; not called if the stream was cancelled. */
    void ended(@Nullable Throwable failure);
  }

  private final Calls calls;
  private final MethodDescriptor<Q, R> method;
  private final Handler<Q, R> handler;
  private final long patienceNanos;
  private final Backoff backoff = new Backoff();

  private long progressNanos;
  private int failuresInRow;
  private boolean loginRenewed;
  private volatile @Nullable ClientCall<Q, R> current;
  private volatile boolean over;

  /**
   * Prepares a stream; {@link #start} opens it.
   *
   * @param patienceNanos how long to keep trying without a response; {@link Calls#FOREVER} for no
   *     limit
   */
  ResumingStream(
      Calls calls, MethodDescriptor<Q, R> method, Handler<Q, R> handler, long patienceNanos) {
    this.calls = calls;
    this.method = method;
    this.handler = handler;
    this.patienceNanos = patienceNanos;
    this.progressNanos = calls.timer().nanoTime();
  }

  void start() {
    if (over) {
      return;
    }
    Endpoints.Endpoint endpoint = calls.endpoints().current();
    SendMark mark = new SendMark();
    Login.Proof proof = calls.login().proof();
    CallOptions options = proof.with(CallOptions.DEFAULT.withStreamTracerFactory(mark));
    ClientCall<Q, R> call = endpoint.channel().newCall(method, options);
    current = call;
    Runnable stopWaiting =
        calls
            .timer()
            .schedule(
                calls.attemptTimeout().toNanos(),
                () -> {
                  if (!mark.sent()) {
                    call.cancel("no connection in time", null);
                  }
                });
    ClientCalls.asyncServerStreamingCall(
        call,
        handler.request(),
        new StreamObserver<R>() {
          @Override
          public void onNext(R answer) {
            stopWaiting.run();
            take(answer, call);
          }

          @Override
          public void onError(Throwable failure) {
            stopWaiting.run();
            MetastoreException known = MetastoreException.of(failure);
            if (known.reason() == Reason.UNAUTHENTICATED && !loginRenewed && proof.renew()) {
              loginRenewed = true;
              calls.timer().schedule(0, ResumingStream.this::start);
            } else {
              broke(endpoint, known);
            }
          }

          @Override
          public void onCompleted() {
            stopWaiting.run();
            end(null);
          }
        });
    if (over) {
      call.cancel("closed by the caller", null);
    }
  }

  /** Ends the stream. The handler receives no further responses, but may still be handling one. */
  void cancel() {
    over = true;
    ClientCall<Q, R> call = current;
    if (call != null) {
      call.cancel("closed by the caller", null);
    }
  }

  private void take(R answer, ClientCall<Q, R> call) {
    if (over) {
      return;
    }
    progressNanos = calls.timer().nanoTime();
    failuresInRow = 0;
    loginRenewed = false;
    backoff.reset();
    try {
      handler.answer(answer);
    } catch (RuntimeException | Error e) {
      call.cancel("the handler failed", e);
      end(e);
    }
  }

  private void broke(Endpoints.Endpoint endpoint, MetastoreException failure) {
    if (over) {
      return;
    }
    // The call writes nothing, so it does not matter whether the request was sent.
    if (Verdict.of(failure, true) == Verdict.FINAL || calls.endpoints().closed()) {
      end(failure);
      return;
    }
    if (failure.reason() != Reason.OVERLOADED) {
      calls.endpoints().leave(endpoint);
    }
    failuresInRow++;
    long pauseNanos = failuresInRow < calls.endpoints().size() ? 0 : backoff.nextNanos();
    if (calls.timer().nanoTime() - progressNanos + pauseNanos > patienceNanos) {
      end(failure);
    } else {
      calls.timer().schedule(pauseNanos, this::start);
    }
  }

  private void end(@Nullable Throwable failure) {
    if (!over) {
      over = true;
      handler.ended(failure);
    }
  }
}
