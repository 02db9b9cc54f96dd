package io.metastore.core.node;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Factories for named daemon threads. */
final class Threads {
  private static final Logger LOG = LoggerFactory.getLogger(Threads.class);

  private Threads() {}

  /** Makes one thread with this name. */
  static ThreadFactory named(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Makes threads named {@code name-1}, {@code name-2} and so on. */
  static ThreadFactory numbered(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> named(name + "-" + count.incrementAndGet()).newThread(task);
  }

  /**
   * A scheduled executor with one thread. Failures of tasks go to the handler of uncaught
   * exceptions, as on a plain thread; by default, such an executor swallows them.
   */
  static ScheduledExecutorService scheduler(String name) {
    return new ScheduledThreadPoolExecutor(1, named(name)) {
      @Override
      protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
        if (task instanceof Future<?> future && future.isDone() && !future.isCancelled()) {
          try {
            future.get();
          } catch (ExecutionException e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e.getCause());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
      }
    };
  }

  /**
   * Wraps a periodic task: a failure is logged and the next run takes place. By default, an
   * executor silently cancels a periodic task that fails.
   */
  static Runnable unending(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | OutOfMemoryError e) {
        LOG.atError()
            .setCause(e)
            .addKeyValue("thread", Thread.currentThread().getName())
            .log("periodic task failed");
      }
    };
  }
}
