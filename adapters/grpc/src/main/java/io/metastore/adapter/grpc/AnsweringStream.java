package io.metastore.adapter.grpc;

import static java.util.Objects.requireNonNull;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A stream that sends one response for each request, in order. It handles one request at a time:
 * the next request is read when the response to the last one has been sent and the client is ready
 * to receive more.
 *
 * <p>Requests arrive on the connection's thread and responses on the store's threads, so the state
 * is guarded by this.
 */
public final class AnsweringStream<Q, R> implements StreamObserver<Q> {
  private final ServerCallStreamObserver<R> call;
  private final Function<Q, CompletableFuture<R>> answers;
  private final Function<Throwable, StatusRuntimeException> errors;
  private boolean answering;
  private boolean waitingForReader;
  private boolean clientDone;
  private boolean over;

  /**
   * Opens the stream; called within the service method.
   *
   * @param errors the status that ends the stream when a request fails
   */
  public AnsweringStream(
      ServerCallStreamObserver<R> call,
      Function<Q, CompletableFuture<R>> answers,
      Function<Throwable, StatusRuntimeException> errors) {
    this.call = call;
    this.answers = answers;
    this.errors = errors;
    call.disableAutoRequest();
    call.setOnReadyHandler(this::readerReady);
    call.setOnCancelHandler(this::end);
    call.setOnCloseHandler(this::end);
    call.request(1);
  }

  @Override
  public void onNext(Q request) {
    synchronized (this) {
      answering = true;
    }
    answers.apply(request).whenComplete(this::answered);
  }

  @Override
  public void onError(Throwable failure) {
    end();
  }

  @Override
  public synchronized void onCompleted() {
    clientDone = true;
    completeIfDone();
  }

  private synchronized void answered(@Nullable R answer, @Nullable Throwable failure) {
    answering = false;
    if (over) {
      return;
    }
    if (failure != null) {
      over = true;
      call.onError(errors.apply(failure));
      return;
    }
    call.onNext(requireNonNull(answer, "answer"));
    if (call.isReady()) {
      call.request(1);
    } else {
      waitingForReader = true;
    }
    completeIfDone();
  }

  private synchronized void readerReady() {
    if (waitingForReader) {
      waitingForReader = false;
      call.request(1);
    }
  }

  private void completeIfDone() {
    if (clientDone && !answering && !over) {
      over = true;
      call.onCompleted();
    }
  }

  private synchronized void end() {
    over = true;
  }
}
