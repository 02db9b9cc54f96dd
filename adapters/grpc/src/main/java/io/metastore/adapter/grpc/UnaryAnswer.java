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
 * Ends a unary call when the store is done with it: hand it to {@code whenComplete} on the thread
 * that took the call. The reply is made and sent on that same event loop: the store completes many
 * calls in a row, and the loop then writes all replies of one connection with one system call,
 * where replies from another thread would each wake it. Long replies are made apart, for they would
 * hold up the loop's other connections, or what completed them.
 *
 * @param <T> what the store completes with, such as {@link Outcome}
 * @param <R> the reply
 */
public abstract class UnaryAnswer<T, R> implements BiConsumer<@Nullable T, @Nullable Throwable> {
  /** As many keys as the loop may turn into a reply without anybody noticing; see {@link #keys}. */
  private static final int LOOP_KEYS_MAX = 100;

  /** So many bytes of a value cost about as much as a key. */
  private static final int BYTES_PER_KEY = 8 << 10;

  private final StreamObserver<R> call;
  private final Executor scans;

  /** The event loop of the call's connection; null in a server without one. */
  private final @Nullable EventExecutor loop = ThreadExecutorMap.currentExecutor();

  /**
   * @param scans makes long replies
   */
  protected UnaryAnswer(StreamObserver<R> call, Executor scans) {
    this.call = call;
    this.scans = scans;
  }

  /**
   * The reply to what was done.
   *
   * @param done not {@link Outcome.Failed}
   */
  protected abstract R toReply(T done);

  /** What ends a call that cannot be done. */
  protected abstract StatusRuntimeException toError(Failure failure);

  /** What ends a call whose future completed exceptionally, or whose reply could not be made. */
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
      // Nobody looks at the future that this callback belongs to; the caller must not wait for
      // ever.
      call.onError(toError(e));
      return;
    }
    try {
      send(call, reply);
    } catch (OutOfMemoryError e) {
      // gRPC has ended the call, and the thread has others to serve.
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

  /** How many keys a reply holds, large values counting as several. */
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
    return keys(((OpResult.TxnResult) result).results());
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

  /** Ends a call with its reply. */
  public static <R> void send(StreamObserver<R> call, R reply) {
    call.onNext(reply);
    call.onCompleted();
  }
}
