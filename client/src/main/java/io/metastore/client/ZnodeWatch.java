package io.metastore.client;

import io.metastore.api.v1.WatchZnodesRequest;
import io.metastore.api.v1.WatchZnodesResponse;
import io.metastore.api.v1.ZnodesGrpc;
import org.jspecify.annotations.Nullable;

/** A running watch of znodes. */
public final class ZnodeWatch implements AutoCloseable {
  private final ResumingStream<WatchZnodesRequest, WatchZnodesResponse> stream;

  ZnodeWatch(Calls calls, WatchZnodesRequest request, ZnodeListener listener) {
    this.stream =
        new ResumingStream<>(
            calls,
            ZnodesGrpc.getWatchZnodesMethod(),
            new ResumingStream.Handler<>() {
              @Override
              public WatchZnodesRequest request() {
                return request;
              }

              @Override
              public void answer(WatchZnodesResponse answer) {
                if (answer.getEventsCount() == 0) {
                  listener.started(answer.getRevision());
                } else {
                  listener.changed(answer.getEventsList());
                }
              }

              @Override
              public void ended(@Nullable Throwable failure) {
                listener.ended(
                    failure != null
                        ? failure
                        : new IllegalStateException("the server ended the watch"));
              }
            },
            Calls.FOREVER);
  }

  void start() {
    stream.start();
  }

  /** Ends the watch. The listener is not called again, but a call may still be running. */
  @Override
  public void close() {
    stream.cancel();
  }
}
