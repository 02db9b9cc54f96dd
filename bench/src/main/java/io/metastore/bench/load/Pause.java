package io.metastore.bench.load;

import io.netty.channel.EventLoopGroup;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** Puts a client that met an error aside for a moment, so that a dead server is not hammered. */
final class Pause {
  private static final long PAUSE_MS = 20;

  private final EventLoopGroup loops;

  Pause(EventLoopGroup loops) {
    this.loops = loops;
  }

  /** Runs {@code next} on an event loop after the pause; never inside this call. */
  void then(Runnable next) {
    try {
      var unused = loops.schedule(next, PAUSE_MS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The run has ended and taken its event loops along: there is nothing to go on with.
    }
  }
}
