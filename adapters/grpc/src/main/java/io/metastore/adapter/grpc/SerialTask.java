package io.metastore.adapter.grpc;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs its work on one thread at a time, whichever threads request it and however often. State used
 * only by the work needs no lock.
 */
public final class SerialTask {
  private final Runnable work;

  /** The number of requests that the work has not handled yet. */
  private final AtomicInteger wakes = new AtomicInteger();

  /**
   * @param work does everything that is pending at the moment; must not throw
   */
  public SerialTask(Runnable work) {
    this.work = work;
  }

  /**
   * Requests a complete run of the work after this call: on this thread, unless another thread is
   * running it.
   */
  public void wake() {
    if (wakes.getAndIncrement() == 0) {
      run();
    }
  }

  /**
   * Like {@link #wake}, but runs the work as a task of the executor. Requests made meanwhile are
   * handled by another task, so that tasks that request themselves take turns.
   *
   * @throws RejectedExecutionException if the executor is shut down; the work then never runs again
   */
  public void wakeOn(Executor executor) {
    if (wakes.getAndIncrement() == 0) {
      executor.execute(() -> runOn(executor));
    }
  }

  private void runOn(Executor executor) {
    int seen = wakes.get();
    work.run();
    if (wakes.addAndGet(-seen) != 0) {
      executor.execute(() -> runOn(executor));
    }
  }

  private void run() {
    int missed = 1;
    while (missed != 0) {
      work.run();
      missed = wakes.addAndGet(-missed);
    }
  }
}
