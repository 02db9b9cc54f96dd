package org.apache.ratis.util;

import java.util.concurrent.Semaphore;

/**
 * A thread that runs a task after each signal; signals that come while it runs count as one. It
 * replaces the class of this name in Ratis 3.2.2, whose {@link #close} waits for the thread: the
 * Raft log closes its cache's thread while it holds the log's lock, which that thread may be
 * waiting for, and then Raft never stops.
 */
public class AwaitToRun implements AutoCloseable {
  private final Semaphore signals = new Semaphore(0);
  private final Runnable task;
  private final Daemon thread;

  /**
   * @param name what the thread belongs to
   */
  public AwaitToRun(Object name, Runnable task) {
    this.task = task;
    this.thread =
        Daemon.newBuilder()
            .setName(name + "-AwaitToRun")
            .setRunnable(this::runAfterSignals)
            .build();
  }

  /** Starts the thread; to be called once. */
  public AwaitToRun start() {
    thread.start();
    return this;
  }

  /** Makes the task run once more. Any thread. */
  public void signal() {
    signals.release();
  }

  /** Ends the thread soon. The task may still be running when this returns, but not start again. */
  @Override
  public void close() {
    thread.interrupt();
  }

  private void runAfterSignals() {
    try {
      while (true) {
        signals.acquire();
        signals.drainPermits();
        task.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // by close()
    }
  }

  @Override
  public String toString() {
    return thread.getName();
  }
}
