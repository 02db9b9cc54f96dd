package io.metastore.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.metastore.api.v1.ErrorDetail.Reason;
import org.jspecify.annotations.Nullable;

/**
 * One call with many answers, which goes on at another endpoint when it breaks. The handler is
 * called by one thread at a time, and the server's next answer is asked for only when it returned:
 * a slow handler slows the server, not this process's memory.
 */
final class ResumingStream<Q, R> {
  /** Whose stream it is. Its methods may block. */
  interface Handler<Q, R> {
    /** What to ask for so that the answers go on behind those handled. */
    Q request();

    /** Takes the next answer. What it throws ends the stream. */
    void answer(R answer);

    /** Called once, last; not if the stream was cancelled. */
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
   * Makes a stream that {@link #start} opens.
   *
   * @param patienceNanos how long to try without an answer; {@link Calls#FOREVER} for ever
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

  /** No answer is given to the handler after the one it may be handling now. */
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
    // Nothing was written, so it does not matter whether it was sent.
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
