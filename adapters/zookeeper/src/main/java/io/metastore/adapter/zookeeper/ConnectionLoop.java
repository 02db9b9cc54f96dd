package io.metastore.adapter.zookeeper;

import io.metastore.core.api.Consistency;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.ReadView;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Runs the tasks of one connection on its event loop, with the results of the store. If a task
 * fails, or the store does, the connection is closed: its client would wait for an answer.
 * Thread-safe.
 */
final class ConnectionLoop {
  private final ChannelHandlerContext channel;
  private final Runnable afterwards;

  /**
   * @param afterwards runs on the event loop after a task that another thread has passed to it
   */
  ConnectionLoop(ChannelHandlerContext channel, Runnable afterwards) {
    this.channel = channel;
    this.afterwards = afterwards;
  }

  /** Continues with a view, which the consumer must close. */
  void withView(Metastore store, Consistency consistency, Consumer<ReadView> then) {
    store
        .view(consistency)
        .whenComplete(
            (view, failure) ->
                run(
                    () -> {
                      if (failure != null) {
                        channel.close();
                      } else if (channel.channel().isActive()) {
                        then.accept(view);
                      } else {
                        view.close();
                      }
                    }));
  }

  /** Continues with a result. */
  <T> void with(CompletableFuture<T> future, Consumer<T> then) {
    future.whenComplete(
        (result, failure) ->
            run(
                () -> {
                  if (failure == null && channel.channel().isActive()) {
                    then.accept(result);
                  } else {
                    channel.close();
                  }
                }));
  }

  /** Runs a task, at once if the caller is the event loop. */
  void run(Runnable task) {
    if (channel.executor().inEventLoop()) {
      runOrClose(task);
    } else {
      later(
          () -> {
            task.run();
            afterwards.run();
          });
    }
  }

  /** Runs a task after those that are waiting. */
  void later(Runnable task) {
    channel.executor().execute(() -> runOrClose(task));
  }

  private void runOrClose(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | OutOfMemoryError e) {
      channel.pipeline().fireExceptionCaught(e);
    }
  }
}
