package io.metastore.core.api;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** A histogram: counts measured values in buckets. Thread-safe. */
public final class Histogram {
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final double[] bounds;

  /** One counter for each bound, and a last one for values above all bounds. */
  private final LongAdder[] counts;

  private final DoubleAdder sum = new DoubleAdder();

  private Histogram(double[] bounds) {
    this.bounds = bounds;
    this.counts =
        Stream.generate(LongAdder::new).limit(bounds.length + 1L).toArray(LongAdder[]::new);
  }

  /**
   * Makes a histogram with the given bounds, in ascending order. A bucket includes its upper bound.
   */
  public static Histogram of(double... bounds) {
    return new Histogram(bounds.clone());
  }

  /** Makes a histogram with {@code count} bounds, each twice the one before. */
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

  /** Records the seconds that have passed since {@code startNanos}. */
  public void recordSince(long startNanos) {
    record((System.nanoTime() - startNanos) / NANOS_PER_SECOND);
  }

  /** Runs the work and records how many seconds it took. The work itself does not need a clock. */
  public void time(Runnable work) {
    long start = System.nanoTime();
    work.run();
    recordSince(start);
  }

  public double[] bounds() {
    return bounds.clone();
  }

  /**
   * For each bound, the number of values not greater than it; the last element counts all values.
   */
  public long[] cumulativeCounts() {
    long[] cumulative = new long[counts.length];
    long total = 0;
    for (int i = 0; i < counts.length; i++) {
      total += counts[i].sum();
      cumulative[i] = total;
    }
    return cumulative;
  }

  /** The number of values. */
  public long count() {
    long total = 0;
    for (LongAdder count : counts) {
      total += count.sum();
    }
    return total;
  }

  public double sum() {
    return sum.sum();
  }
}
