package io.metastore.adapter.grpc;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Sends a file as fast as the client reads. A slow client keeps the file, but no thread and no
 * memory. The state of a subclass belongs to the running task, one at a time.
 */
public abstract class PacedStream<F, M> {
  /** After so many bytes, other tasks of the thread get a turn. */
  private static final int BYTES_AT_ONCE = 1 << 20;

  private final Executor threads;
  private final int messagesAtOnce;
  private final SerialTask sending = new SerialTask(this::sendWhatIsReady);
  private final AtomicBoolean released = new AtomicBoolean();

  /** True when the call has ended for any reason. */
  private volatile boolean ended;

  private volatile @Nullable F file;
  private boolean done;

  protected final ServerCallStreamObserver<M> call;

  /**
   * @param threads on which the file is read
   * @param messageBytes how much of the file is in a message
   */
  protected PacedStream(Executor threads, ServerCallStreamObserver<M> call, int messageBytes) {
    this.threads = threads;
    this.call = call;
    this.messagesAtOnce = BYTES_AT_ONCE / messageBytes;
  }

  /** Called once, before the service method returns. The file is sent as soon as it is there. */
  public final void start(CompletableFuture<F> opening) {
    call.setOnCancelHandler(this::end);
    call.setOnCloseHandler(this::end);
    call.setOnReadyHandler(this::wake);
    opening.whenComplete(
        (opened, failure) -> {
          if (failure == null) {
            file = opened;
            wake();
          } else {
            fail(failure);
          }
        });
  }

  /** Sends the next message; returns whether there are more. */
  protected abstract boolean sendNext(F opened) throws IOException;

  /** The status that ends the call. */
  protected abstract StatusRuntimeException toError(Throwable failure);

  /** Called once, when the file is not needed any more, even if it was never there. */
  protected abstract void release();

  private void end() {
    ended = true;
    if (file == null) {
      releaseOnce();
    } else {
      wake();
    }
  }

  private void wake() {
    if (file == null) {
      return;
    }
    try {
      sending.wakeOn(threads);
    } catch (RejectedExecutionException e) {
      fail(e);
    }
  }

  private void sendWhatIsReady() {
    F opened = file;
    if (opened == null || done) {
      return;
    }
    try {
      for (int i = 0; i < messagesAtOnce && call.isReady() && !ended && !done; i++) {
        if (!sendNext(opened)) {
          done = true;
          call.onCompleted();
        }
      }
      if (ended || done) {
        done = true;
        releaseOnce();
      } else if (call.isReady()) {
        wake();
      }
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      done = true;
      fail(e);
    }
  }

  private void fail(Throwable failure) {
    releaseOnce();
    call.onError(toError(failure));
  }

  private void releaseOnce() {
    if (released.compareAndSet(false, true)) {
      release();
    }
  }
}
