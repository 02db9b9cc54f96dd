package io.metastore.adapter.grpc;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Does all there is to do, whoever asks and however often, on one thread at a time. What the work
 * touches needs no further guard.
 */
public final class SerialTask {
  private final Runnable work;

  /** How often the work was asked for and has not yet been done. */
  private final AtomicInteger wakes = new AtomicInteger();

  /**
   * @param work does all there is to do at the moment; must not throw
   */
  public SerialTask(Runnable work) {
    this.work = work;
  }

  /** The work is done from its beginning after this call: here, unless somebody is at it. */
  public void wake() {
    if (wakes.getAndIncrement() == 0) {
      run();
    }
  }

  /**
   * As {@link #wake}, but as a task of the executor, and another one for what is asked meanwhile:
   * so tasks that ask for themselves take turns.
   *
   * @throws RejectedExecutionException if the executor takes no more; nobody is at the work then,
   *     and nobody ever will be
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
