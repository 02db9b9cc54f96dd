package io.metastore.adapter.metastore;

import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.adapter.grpc.CallAccess;
import io.metastore.adapter.grpc.UnaryAnswer;
import io.metastore.api.v1.AcquireRequest;
import io.metastore.api.v1.AcquireResponse;
import io.metastore.core.api.LockWait;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Acquire;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One call that wants a lock, until the lock is held, the time is up, or the caller has gone.
 *
 * <p>Changes of the queue arrive on the store's threads and the timeout on the timer's; whichever
 * comes first completes the call.
 */
final class AcquireCall {
  private final Metastore metastore;
  private final AcquireRequest request;
  private final Acquire acquire;
  private final ServerCallStreamObserver<AcquireResponse> call;
  private final AtomicBoolean answered = new AtomicBoolean();

  private AcquireCall(
      Metastore metastore,
      AcquireRequest request,
      Acquire acquire,
      ServerCallStreamObserver<AcquireResponse> call) {
    this.metastore = metastore;
    this.request = request;
    this.acquire = acquire;
    this.call = call;
  }

  /**
   * Called within the service method.
   *
   * @param timer ends waits
   * @throws Refusal if the request is malformed
   */
  static void start(
      Metastore metastore,
      ScheduledExecutorService timer,
      AcquireRequest request,
      ServerCallStreamObserver<AcquireResponse> call) {
    new AcquireCall(metastore, request, LockTranslator.toAcquire(request), call).start(timer);
  }

  private void start(ScheduledExecutorService timer) {
    LockWait wait = CallAccess.acquire(metastore, CallAccess.ofCall(metastore), acquire);
    call.setOnCancelHandler(wait::cancel);
    CompletableFuture<Outcome> held = wait.held();
    if (request.getWaitMs() > 0 && !held.isDone()) {
      endInTime(wait, timer);
    }
    Answer<Outcome, AcquireResponse> answer =
        Answer.of(
            call, metastore.scans(), outcome -> LockTranslator.toReply(request, acquire, outcome));
    held.whenComplete((outcome, failure) -> answerOnce(() -> answer.accept(outcome, failure)));
  }

  private void endInTime(LockWait wait, ScheduledExecutorService timer) {
    Runnable giveUp =
        () -> {
          // If the lock is granted at this very moment, the grant wins.
          if (wait.cancel()) {
            answerOnce(this::answerNotAcquired);
          }
        };
    @Nullable ScheduledFuture<?> end;
    try {
      end = timer.schedule(giveUp, request.getWaitMs(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The services are being closed, and with them every connection.
      wait.cancel();
      return;
    }
    wait.held().whenComplete((outcome, failure) -> end.cancel(false));
  }

  private void answerNotAcquired() {
    UnaryAnswer.send(call, LockTranslator.toNotAcquired(metastore.cluster().revision()));
  }

  private void answerOnce(Runnable answer) {
    if (answered.compareAndSet(false, true)) {
      answer.run();
    }
  }
}
