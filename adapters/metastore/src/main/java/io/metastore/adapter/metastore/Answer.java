package io.metastore.adapter.metastore;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.metastore.adapter.grpc.UnaryAnswer;
import io.metastore.core.api.Failure;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/** Completes a unary call with a reply, or with an error of the native API. */
final class Answer<T, R> extends UnaryAnswer<T, R> {
  private final Function<T, R> translator;

  private Answer(StreamObserver<R> call, Executor scans, Function<T, R> translator) {
    super(call, scans);
    this.translator = translator;
  }

  /**
   * Serves a unary call.
   *
   * @param scans builds long replies
   * @param asked translates the request and passes it to the store; may throw a {@link Refusal}
   * @param translator builds the reply; pure; may throw a {@link Refusal}
   */
  static <T, R> void to(
      StreamObserver<R> call,
      Executor scans,
      Supplier<CompletableFuture<T>> asked,
      Function<T, R> translator) {
    orRefuse(call, () -> asked.get().whenComplete(of(call, scans, translator)));
  }

  /** Pass this to {@code whenComplete}, on the thread that received the call. */
  static <T, R> Answer<T, R> of(StreamObserver<R> call, Executor scans, Function<T, R> translator) {
    return new Answer<>(call, scans, translator);
  }

  /**
   * Starts serving a call that completes itself.
   *
   * @param serving may throw a {@link Refusal}
   */
  static void orRefuse(StreamObserver<?> call, Runnable serving) {
    try {
      serving.run();
    } catch (Refusal refusal) {
      call.onError(Errors.of(refusal));
    }
  }

  @Override
  protected R toReply(T done) {
    return translator.apply(done);
  }

  @Override
  protected StatusRuntimeException toError(Failure failure) {
    return Errors.of(Errors.toRefusal(failure));
  }

  @Override
  protected StatusRuntimeException toError(Throwable failure) {
    return Errors.of(failure);
  }
}
