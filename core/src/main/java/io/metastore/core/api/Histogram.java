package io.metastore.core.api;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** Counts measured values by their size. Thread-safe. */
public final class Histogram {
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final double[] bounds;

  /** One for each bound, and one for what is above all of them. */
  private final LongAdder[] counts;

  private final DoubleAdder sum = new DoubleAdder();

  private Histogram(double[] bounds) {
    this.bounds = bounds;
    this.counts =
        Stream.generate(LongAdder::new).limit(bounds.length + 1L).toArray(LongAdder[]::new);
  }

  /** With the given bounds, in ascending order; each belongs to the values that it counts. */
  public static Histogram of(double... bounds) {
    return new Histogram(bounds.clone());
  }

  /** With so many bounds, each the one before times two. */
  public static Histogram doubling(double first, int count) {
    double[] bounds = new double[count];
    double bound = first;
    for (int i = 0; i < count; i++) {
      bounds[i] = bound;
      bound *= 2;
    }
    return new Histogram(bounds);
  }

  public void record(double value) {
    int place = 0;
    while (place < bounds.length && value > bounds[place]) {
      place++;
    }
    counts[place].increment();
    sum.add(value);
  }

  /** Records the time since then, in seconds. */
  public void recordSince(long startNanos) {
    record((System.nanoTime() - startNanos) / NANOS_PER_SECOND);
  }

  /** Records how long the work takes, in seconds; the work does not see the clock. */
  public void time(Runnable work) {
    long start = System.nanoTime();
    work.run();
    recordSince(start);
  }

  public double[] bounds() {
    return bounds.clone();
  }

  /** How many values each bound, and then infinity, is not smaller than. */
  public long[] cumulativeCounts() {
    long[] cumulative = new long[counts.length];
    long total = 0;
    for (int i = 0; i < counts.length; i++) {
      total += counts[i].sum();
      cumulative[i] = total;
    }
    return cumulative;
  }

  public double sum() {
    return sum.sum();
  }
}
