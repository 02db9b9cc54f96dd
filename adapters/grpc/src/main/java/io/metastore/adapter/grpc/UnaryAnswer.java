package io.metastore.adapter.grpc;

import static java.util.Objects.requireNonNull;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.metastore.core.api.Failure;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.OpResult;
import io.metastore.core.api.Outcome;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Completes a unary call when the store has finished it: pass it to {@code whenComplete} on the
 * thread that received the call. The reply is built and sent on the event loop of the call. The
 * store completes many calls in a row, and the loop then writes all replies of a connection with
 * one system call; replies from another thread would wake the loop for each. Long replies are built
 * on other threads, because they would delay the loop's other connections.
 *
 * @param <T> the store's result, such as {@link Outcome}
 * @param <R> the reply
 */
public abstract class UnaryAnswer<T, R> implements BiConsumer<@Nullable T, @Nullable Throwable> {
  /** The largest reply that the loop builds itself, in weighted keys; see {@link #keys}. */
  private static final int LOOP_KEYS_MAX = 100;

  /** A value of this size costs about as much as a key. */
  private static final int BYTES_PER_KEY = 8 << 10;

  private final StreamObserver<R> call;
  private final Executor scans;

  /** The event loop of the call's connection; null in a server without event loops. */
  private final @Nullable EventExecutor loop = ThreadExecutorMap.currentExecutor();

  /**
   * @param scans builds long replies
   */
  protected UnaryAnswer(StreamObserver<R> call, Executor scans) {
    this.call = call;
    this.scans = scans;
  }

  /**
   * Builds the reply.
   *
   * @param done not {@link Outcome.Failed}
   */
  protected abstract R toReply(T done);

  /** The status that ends a call that the store refused. */
  protected abstract StatusRuntimeException toError(Failure failure);

  /** The status that ends a call whose future failed, or whose reply could not be built. */
  protected abstract StatusRuntimeException toError(Throwable failure);

  @Override
  public final void accept(@Nullable T done, @Nullable Throwable failure) {
    if (isLong(done)) {
      scans.execute(() -> end(done, failure));
    } else if (loop == null || loop.inEventLoop()) {
      end(done, failure);
    } else {
      loop.execute(() -> end(done, failure));
    }
  }

  private void end(@Nullable T done, @Nullable Throwable failure) {
    if (failure != null) {
      call.onError(toError(failure));
      return;
    }
    requireNonNull(done, "done");
    if (done instanceof Outcome.Failed failed) {
      call.onError(toError(failed.failure()));
      return;
    }
    R reply;
    try {
      reply = toReply(done);
    } catch (RuntimeException | OutOfMemoryError e) {
      // An exception here would be lost in the future of this callback, and the client would wait
      // forever.
      call.onError(toError(e));
      return;
    }
    try {
      send(call, reply);
    } catch (OutOfMemoryError e) {
      // gRPC has ended the call. This thread must go on to serve others.
      toError(e);
    }
  }

  private static boolean isLong(@Nullable Object done) {
    if (done instanceof Outcome.Ranged ranged) {
      return keys(ranged.result()) > LOOP_KEYS_MAX;
    }
    return done instanceof Outcome.TxnDone txn && keys(txn.results()) > LOOP_KEYS_MAX;
  }

  private static long keys(List<OpResult> results) {
    long keys = 0;
    for (int i = 0; i < results.size(); i++) {
      keys += keys(results.get(i));
    }
    return keys;
  }

  /** The number of keys in a reply; large values count as several. */
  private static long keys(OpResult result) {
    if (result instanceof OpResult.RangeResult range) {
      return weight(range.keyValues());
    }
    if (result instanceof OpResult.DeleteResult delete) {
      return weight(delete.previous());
    }
    if (result instanceof OpResult.PutResult put) {
      return put.previous() == null ? 0 : weight(put.previous());
    }
    // The result of a change of a znode has no data.
    return result instanceof OpResult.TxnResult nested ? keys(nested.results()) : 0;
  }

  private static long weight(List<KeyValue> keyValues) {
    if (keyValues.size() > LOOP_KEYS_MAX) {
      return keyValues.size();
    }
    long weight = 0;
    for (int i = 0; i < keyValues.size(); i++) {
      weight += weight(keyValues.get(i));
    }
    return weight;
  }

  private static long weight(KeyValue keyValue) {
    return 1L + keyValue.value().size() / BYTES_PER_KEY;
  }

  /** Completes a call with its reply. */
  public static <R> void send(StreamObserver<R> call, R reply) {
    call.onNext(reply);
    call.onCompleted();
  }
}
