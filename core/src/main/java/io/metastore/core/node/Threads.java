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

/** Named daemon threads. */
final class Threads {
  private static final Logger LOG = LoggerFactory.getLogger(Threads.class);

  private Threads() {}

  /** For one thread of this name. */
  static ThreadFactory named(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /** For threads {@code name-1}, {@code name-2} and so on. */
  static ThreadFactory numbered(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> named(name + "-" + count.incrementAndGet()).newThread(task);
  }

  /**
   * One thread with a clock whose failed tasks are passed to the handler of uncaught exceptions, as
   * those of a plain thread are; by itself such an executor keeps them to itself.
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
   * A periodic task that a failure does not end: it is logged, and the next run tries again. An
   * executor would silently run it no more.
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
