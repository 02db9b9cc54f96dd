package io.metastore.client;

import io.metastore.api.v1.LocksGrpc;
import io.metastore.api.v1.WatchLockRequest;
import io.metastore.api.v1.WatchLockResponse;
import org.jspecify.annotations.Nullable;

/** A watch of a lock's queue. Restarts by itself when its connection is lost. */
public final class QueueWatch implements AutoCloseable {
  private final ResumingStream<WatchLockRequest, WatchLockResponse> stream;

  QueueWatch(Calls calls, WatchLockRequest request, QueueListener listener) {
    this.stream =
        new ResumingStream<>(
            calls, LocksGrpc.getWatchMethod(), new Teller(request, listener), Calls.FOREVER);
  }

  void start() {
    stream.start();
  }

  /** Ends the watch. The listener is not called again, but a call may still be running. */
  @Override
  public void close() {
    stream.cancel();
  }

  /**
   * Passes responses to the listener. Used only by the stream's callbacks, which run one after the
   * other.
   */
  private static final class Teller
      implements ResumingStream.Handler<WatchLockRequest, WatchLockResponse> {
    private final WatchLockRequest request;
    private final QueueListener listener;
    private boolean first;

    Teller(WatchLockRequest request, QueueListener listener) {
      this.request = request;
      this.listener = listener;
    }

    @Override
    public WatchLockRequest request() {
      first = true;
      return request;
    }

    @Override
    public void answer(WatchLockResponse answer) {
      boolean whole = first;
      first = false;
      listener.changed(answer, whole);
    }

    @Override
    public void ended(@Nullable Throwable failure) {
      listener.ended(
          failure != null ? failure : new IllegalStateException("the server ended the watch"));
    }
  }
}
