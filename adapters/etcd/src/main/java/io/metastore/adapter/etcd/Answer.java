package io.metastore.adapter.etcd;

import static java.util.Objects.requireNonNull;

import io.grpc.stub.StreamObserver;
import io.metastore.core.api.Outcome;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends a unary call when the store is done with it: hand it to {@code whenComplete} on the thread
 * that took the call. The reply is made and sent on that same event loop: the store completes many
 * calls in a row, and the loop then writes all replies of one connection with one system call,
 * where replies from another thread would each wake it.
 */
final class Answer<R> implements BiConsumer<@Nullable Outcome, @Nullable Throwable> {
  /** As many keys as the loop may turn into a reply without anybody noticing. */
  private static final int LOOP_KEYS_MAX = 100;

  private final StreamObserver<R> call;
  private final ResponseHeaders headers;
  private final Translator<R> translator;

  /** The event loop of the call's connection; null in a server without one. */
  private final @Nullable EventExecutor loop = ThreadExecutorMap.currentExecutor();

  /** Makes the reply from the outcome of a command or read that was done. Pure. */
  @FunctionalInterface
  interface Translator<R> {
    R toReply(ResponseHeader header, Outcome outcome);
  }

  Answer(StreamObserver<R> call, ResponseHeaders headers, Translator<R> translator) {
    this.call = call;
    this.headers = headers;
    this.translator = translator;
  }

  @Override
  public void accept(@Nullable Outcome outcome, @Nullable Throwable failure) {
    if (loop == null || loop.inEventLoop() || isLong(outcome)) {
      end(outcome, failure);
    } else {
      loop.execute(() -> end(outcome, failure));
    }
  }

  private void end(@Nullable Outcome outcome, @Nullable Throwable failure) {
    if (failure != null) {
      call.onError(EtcdErrors.of(failure));
      return;
    }
    requireNonNull(outcome, "outcome");
    if (outcome instanceof Outcome.Failed failed) {
      call.onError(EtcdErrors.of(failed.failure().code()).exception());
      return;
    }
    R reply;
    try {
      reply = translator.toReply(headers.at(outcome.revision()), outcome);
    } catch (RuntimeException e) {
      // Nobody looks at the future that this callback belongs to; the caller must not wait for
      // ever.
      call.onError(EtcdErrors.of(e));
      return;
    }
    send(call, reply);
  }

  /** Whether to make and send the reply here: it would hold up the loop's other connections. */
  private static boolean isLong(@Nullable Outcome outcome) {
    return outcome instanceof Outcome.Ranged ranged
        && ranged.result().keyValues().size() > LOOP_KEYS_MAX;
  }

  static <R> void send(StreamObserver<R> call, R reply) {
    call.onNext(reply);
    call.onCompleted();
  }
}
