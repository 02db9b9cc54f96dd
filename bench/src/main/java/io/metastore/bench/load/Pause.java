package io.metastore.bench.load;

import io.netty.channel.EventLoopGroup;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** Delays a client after an error, so that a failed server is not flooded with calls. */
final class Pause {
  private static final long PAUSE_MS = 20;

  private final EventLoopGroup loops;

  Pause(EventLoopGroup loops) {
    this.loops = loops;
  }

  /** Runs {@code next} on an event loop after the pause, never within this call. */
  void then(Runnable next) {
    try {
      var unused = loops.schedule(next, PAUSE_MS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The run has ended and its event loops are closed, so there is nothing left to do.
    }
  }
}
