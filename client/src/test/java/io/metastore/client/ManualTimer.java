package io.metastore.client;

import java.time.Duration;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** A clock that only the test advances. Tasks run on the test's thread. */
final class ManualTimer implements Timer {
  private record Task(long atNanos, long number, Runnable work) implements Comparable<Task> {
    @Override
    public int compareTo(Task other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  private final PriorityQueue<Task> tasks = new PriorityQueue<>();
  private long nowNanos;
  private long scheduled;

  @Override
  public synchronized long nanoTime() {
    return nowNanos;
  }

  @Override
  public synchronized Runnable schedule(long delayNanos, Runnable work) {
    Task task = new Task(nowNanos + delayNanos, scheduled++, work);
    tasks.add(task);
    return () -> cancel(task);
  }

  void advance(Duration by) {
    long untilNanos = nanoTime() + by.toNanos();
    for (Task due = nextDue(untilNanos); due != null; due = nextDue(untilNanos)) {
      due.work().run();
    }
  }

  private synchronized @Nullable Task nextDue(long untilNanos) {
    Task first = tasks.peek();
    if (first == null || first.atNanos() > untilNanos) {
      nowNanos = untilNanos;
      return null;
    }
    nowNanos = Math.max(nowNanos, first.atNanos());
    return tasks.remove();
  }

  private synchronized void cancel(Task task) {
    tasks.remove(task);
  }

  @Override
  public synchronized void close() {
    tasks.clear();
  }
}
