package io.metastore.client;

import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.WatchRequest;
import io.metastore.api.v1.WatchResponse;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A running watch. When its connection is lost, it resumes at the next revision. */
public final class Watch implements AutoCloseable {
  private final WatchListener listener;
  private final ResumingStream<WatchRequest, WatchResponse> stream;
  private final CompletableFuture<Long> ready = new CompletableFuture<>();

  Watch(Calls calls, WatchRequest request, WatchListener listener) {
    this.listener = listener;
    this.stream =
        new ResumingStream<>(
            calls, KeyValueGrpc.getWatchMethod(), new Position(request), Calls.FOREVER);
  }

  void start() {
    stream.start();
  }

  /**
   * Completes when the watch is set up, with the revision after which it reports changes. Fails if
   * the watch ends before that.
   */
  public CompletableFuture<Long> ready() {
    return ready.copy();
  }

  /** Ends the watch. The listener is not called again, but a call may still be running. */
  @Override
  public void close() {
    stream.cancel();
    ready.cancel(false);
  }

  /**
   * Tracks the position of the watch. Used only by the stream's callbacks, which run one after the
   * other.
   */
  private final class Position implements ResumingStream.Handler<WatchRequest, WatchResponse> {
    private WatchRequest next;
    private boolean settingUp;

    Position(WatchRequest request) {
      next = request;
    }

    @Override
    public WatchRequest request() {
      settingUp = true;
      return next;
    }

    @Override
    public void answer(WatchResponse answer) {
      // The first response of a stream only confirms the watch. Its revision is needed only if the
      // watch starts with new changes.
      boolean positioned = settingUp && next.getStartRevision() > 0;
      settingUp = false;
      // The revision never decreases: a watch that starts at a future revision receives progress
      // messages with older revisions.
      long following =
          positioned && answer.getEventsCount() == 0
              ? next.getStartRevision()
              : Math.max(answer.getRevision() + 1, next.getStartRevision());
      if (answer.getEventsCount() > 0) {
        listener.changed(answer.getRevision(), answer.getEventsList());
      }
      next = next.toBuilder().setStartRevision(following).build();
      ready.complete(following - 1);
    }

    @Override
    public void ended(@Nullable Throwable failure) {
      Throwable reason =
          failure != null ? failure : new IllegalStateException("the server ended the watch");
      ready.completeExceptionally(reason);
      listener.ended(reason);
    }
  }
}
