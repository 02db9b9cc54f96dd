package org.apache.ratis.util;

import io.netty.util.HashedWheelTimer;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.ratis.util.function.CheckedRunnable;

/**
 * Runs tasks after a timeout, up to a tenth of a second late. Takes the place of the class of this
 * name in Ratis 3.2.2, whose eight threads wake up for each task alone: two for each entry, to see
 * that its replies have come long ago.
 */
public final class TimeoutTimer implements TimeoutExecutor {
  private static final long TICK_MS = 100;

  private static final class Only {
    static final TimeoutTimer TIMER = new TimeoutTimer();
  }

  private final HashedWheelTimer wheel =
      new HashedWheelTimer(
          task -> {
            Thread thread = new Thread(task, "raft-timeouts");
            thread.setDaemon(true);
            return thread;
          },
          TICK_MS,
          TimeUnit.MILLISECONDS);

  private TimeoutTimer() {}

  public static TimeoutTimer getInstance() {
    return Only.TIMER;
  }

  @Override
  public int getTaskCount() {
    return Math.toIntExact(wheel.pendingTimeouts());
  }

  /** The task runs on the timer's thread and must not block; its failure goes to the handler. */
  @Override
  public <E extends Throwable> void onTimeout(
      TimeDuration timeout, CheckedRunnable<E> task, Consumer<E> errorHandler) {
    wheel.newTimeout(
        elapsed -> {
          try {
            task.run();
          } catch (Throwable failure) {
            errorHandler.accept(JavaUtils.cast(failure));
          }
        },
        timeout.toLong(TimeUnit.MILLISECONDS),
        TimeUnit.MILLISECONDS);
  }
}
