package io.metastore.bench.load;

import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * When operations are due: as soon as a client is free (closed loop), or at a constant rate (open
 * loop).
 *
 * <p>At a constant rate, the latency of an operation counts from the time when it was due, even if
 * it could not start then because all clients were waiting for answers. So a server that stalls is
 * charged for the operations that it delayed ("coordinated omission" is corrected).
 */
final class Pace implements AutoCloseable {
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final double nanosBetween;

  /** Its own thread, because the timers of NIO's event loops are exact to a millisecond only. */
  private final @Nullable ScheduledExecutorService timer;

  private long startNanos;

  /**
   * @param rate operations per second of all clients together; 0 for as many as possible
   */
  Pace(double rate) {
    this.nanosBetween = rate == 0 ? 0 : NANOS_PER_SECOND / rate;
    this.timer = rate == 0 ? null : Executors.newSingleThreadScheduledExecutor();
  }

  /** Makes the first operation due. Called before any client begins. */
  void begin() {
    startNanos = System.nanoTime();
  }

  /**
   * Starts an operation when it is due: within this call, or later on the timer's thread.
   *
   * @param ticket the number of the operation
   * @param start receives the time when it was due, of {@link System#nanoTime}
   */
  void whenDue(long ticket, LongConsumer start) {
    long now = System.nanoTime();
    if (timer == null) {
      start.accept(now);
      return;
    }
    long due = startNanos + (long) (ticket * nanosBetween);
    if (due - now <= 0) {
      start.accept(due);
      return;
    }
    try {
      var unused = timer.schedule(() -> start.accept(due), due - now, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // The run has ended, so there is nothing left to do.
    }
  }

  @Override
  public void close() {
    if (timer != null) {
      timer.shutdownNow();
    }
  }
}
