package io.metastore.client;

import io.grpc.CallOptions;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.KeepAliveRequest;
import io.metastore.api.v1.KeepAliveResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one client alive until it is stopped. It renews when a third of the remaining time has
 * passed, and moves to another endpoint when a stream breaks or does not answer within a sixth of
 * the TTL. All state is guarded by this; the callbacks are called without the lock.
 */
final class Renewal {
  // 30 years, so that adding it to a nanoTime does not overflow.
  private static final long MOST_NANOS = TimeUnit.DAYS.toNanos(365 * 30);
  private static final long LEAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Calls calls;
  private final long clientId;
  private final long patienceNanos;
  private final LongConsumer renewed;
  private final Runnable lost;
  private final Backoff backoff = new Backoff();

  private @Nullable Stream stream;
  private boolean stopped;
  private int failuresInRow;
  private Runnable cancelNext = () -> {};
  private Runnable cancelPatience = () -> {};

  /**
   * Prepares a renewal; {@link #start} begins it.
   *
   * @param renewed receives the {@code nanoTime} until which the client is guaranteed to live
   * @param lost called once, if the servers report that the client no longer exists
   */
  Renewal(Calls calls, long clientId, long ttlNanos, LongConsumer renewed, Runnable lost) {
    this.calls = calls;
    this.clientId = clientId;
    this.patienceNanos = Math.max(ttlNanos / 6, LEAST_PAUSE_NANOS);
    this.renewed = renewed;
    this.lost = lost;
  }

  static long boundedNanos(long ms) {
    return Math.min(TimeUnit.MILLISECONDS.toNanos(ms), MOST_NANOS);
  }

  synchronized void start(long deadlineNanos) {
    next((deadlineNanos - calls.timer().nanoTime()) / 3);
  }

  synchronized void stop() {
    stopped = true;
    cancelNext.run();
    cancelPatience.run();
    leaveStream();
  }

  private void next(long delayNanos) {
    cancelNext.run();
    cancelNext = calls.timer().schedule(Math.max(delayNanos, 0), this::send);
  }

  private synchronized void send() {
    if (stopped) {
      return;
    }
    Stream to = stream;
    if (to == null) {
      to = new Stream(calls.endpoints().current());
      stream = to;
    }
    Stream asked = to;
    cancelPatience.run();
    cancelPatience = calls.timer().schedule(patienceNanos, () -> broke(asked));
    to.send();
  }

  private void answered(Stream from, KeepAliveResponse answer) {
    long untilNanos;
    synchronized (this) {
      Long sentNanos = from.sentNanos.poll();
      if (stopped || from != stream || sentNanos == null) {
        return;
      }
      cancelPatience.run();
      failuresInRow = 0;
      backoff.reset();
      long remainingNanos = boundedNanos(answer.getRemainingMs());
      untilNanos = sentNanos + remainingNanos;
      if (!answer.getLost()) {
        long passedNanos = calls.timer().nanoTime() - sentNanos;
        next(Math.max(remainingNanos / 3 - passedNanos, LEAST_PAUSE_NANOS));
      }
    }
    if (answer.getLost()) {
      lost.run();
    } else {
      renewed.accept(untilNanos);
    }
  }

  private synchronized void broke(Stream broken) {
    if (stopped || broken != stream) {
      return;
    }
    cancelPatience.run();
    leaveStream();
    calls.endpoints().leave(broken.endpoint);
    failuresInRow++;
    next(failuresInRow < calls.endpoints().size() ? 0 : backoff.nextNanos());
  }

  private void leaveStream() {
    Stream left = stream;
    stream = null;
    if (left != null) {
      left.cancel();
    }
  }

  /** One call of KeepAlive. */
  private final class Stream implements StreamObserver<KeepAliveResponse> {
    private final Endpoints.Endpoint endpoint;
    private final Deque<Long> sentNanos = new ArrayDeque<>();
    private final Login.Proof proof = calls.login().proof();
    private final StreamObserver<KeepAliveRequest> requests;

    Stream(Endpoints.Endpoint endpoint) {
      this.endpoint = endpoint;
      this.requests =
          ClientCalls.asyncBidiStreamingCall(
              endpoint
                  .channel()
                  .newCall(ClientsGrpc.getKeepAliveMethod(), proof.with(CallOptions.DEFAULT)),
              this);
    }

    void send() {
      // Taken before the request is sent: the deadline must not be later than the servers'
      // deadline.
      sentNanos.add(calls.timer().nanoTime());
      requests.onNext(KeepAliveRequest.newBuilder().setClientId(clientId).build());
    }

    void cancel() {
      requests.onError(new CancellationException("no longer needed"));
    }

    @Override
    public void onNext(KeepAliveResponse answer) {
      answered(this, answer);
    }

    @Override
    public void onError(Throwable failure) {
      if (MetastoreException.of(failure).reason() == Reason.UNAUTHENTICATED) {
        proof.renew();
      }
      broke(this);
    }

    @Override
    public void onCompleted() {
      broke(this);
    }
  }
}
