package io.metastore.client;

import io.metastore.api.v1.KeyValueGrpc;
import io.metastore.api.v1.WatchRequest;
import io.metastore.api.v1.WatchResponse;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A watch under way. Resumes by itself, by revision, when its connection is lost. */
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
   * Done when the watch is set up, with the last revision whose events it does not tell; fails if
   * the watch ended before.
   */
  public CompletableFuture<Long> ready() {
    return ready.copy();
  }

  /** Ends the watch. The listener is not called again, but may be at work just now. */
  @Override
  public void close() {
    stream.cancel();
    ready.cancel(false);
  }

  /** Where the watch stands. Used by the stream's callbacks only, which follow each other. */
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
      // A stream's first answer only says that it is set up; where it starts is known already, but
      // for a watch of what is to come.
      boolean positioned = settingUp && next.getStartRevision() > 0;
      settingUp = false;
      // Never back: a watch from a future revision hears of older ones in marks of progress.
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
