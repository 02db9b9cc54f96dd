package io.metastore.adapter.metastore;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.metastore.api.v1.ErrorDetail;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The client of one call, which reads only the messages that it requests.
 *
 * @param <Q> the request type
 * @param <R> the response type
 */
final class Received<Q, R> implements ClientResponseObserver<Q, R> {
  private final LinkedBlockingQueue<R> messages = new LinkedBlockingQueue<>();

  /** The error of the call; null if it completed. */
  private final CompletableFuture<@Nullable Throwable> end = new CompletableFuture<>();

  private final int initialRequest;
  private @Nullable ClientCallStreamObserver<Q> call;

  Received(int initialRequest) {
    this.initialRequest = initialRequest;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> stream) {
    call = stream;
    stream.disableAutoRequestWithInitial(initialRequest);
  }

  void read(int count) {
    call().request(count);
  }

  void cancel() {
    call().cancel("test", null);
  }

  /** Waits for the next message. */
  R next() {
    try {
      R message = messages.poll(NativeServer.TIMEOUT_S, TimeUnit.SECONDS);
      assertThat(message).as("a message came in time; end: %s", end).isNotNull();
      return message;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits for the error that ends the call, and returns its detail. */
  ErrorDetail error() {
    Throwable failure = end.orTimeout(NativeServer.TIMEOUT_S, TimeUnit.SECONDS).join();
    assertThat(failure).isInstanceOf(StatusRuntimeException.class);
    return NativeServer.errorOf((StatusRuntimeException) failure);
  }

  boolean isQuiet() {
    return messages.isEmpty() && !end.isDone();
  }

  @Override
  public void onNext(R message) {
    messages.add(message);
  }

  @Override
  public void onError(Throwable failure) {
    end.complete(failure);
  }

  @Override
  public void onCompleted() {
    end.complete(null);
  }

  private ClientCallStreamObserver<Q> call() {
    if (call == null) {
      throw new IllegalStateException("not started");
    }
    return call;
  }
}
