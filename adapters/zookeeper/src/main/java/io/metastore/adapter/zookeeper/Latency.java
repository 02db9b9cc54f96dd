package io.metastore.adapter.zookeeper;

import io.metastore.core.api.Histogram;
import java.util.concurrent.atomic.LongAccumulator;

/** A summary of latencies in milliseconds. Thread-safe. */
final class Latency {
  private static final double[] BOUNDS = {
    0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000
  };

  private volatile Histogram values = Histogram.of(BOUNDS);
  private final LongAccumulator min = new LongAccumulator(Math::min, Long.MAX_VALUE);
  private final LongAccumulator max = new LongAccumulator(Math::max, 0);

  void record(long millis) {
    values.record((double) millis);
    min.accumulate(millis);
    max.accumulate(millis);
  }

  void reset() {
    values = Histogram.of(BOUNDS);
    min.reset();
    max.reset();
  }

  long count() {
    return last(values.cumulativeCounts());
  }

  long sum() {
    return (long) values.sum();
  }

  /** 0 before the first value, like the other figures. */
  long min() {
    return count() == 0 ? 0 : min.get();
  }

  long max() {
    return max.get();
  }

  double average() {
    long recorded = count();
    return recorded == 0 ? 0 : (double) sum() / recorded;
  }

  /** About the value that the given part of all values does not exceed. */
  long quantile(double part) {
    long[] counts = values.cumulativeCounts();
    long wanted = (long) Math.ceil(part * last(counts));
    for (int i = 0; i < BOUNDS.length; i++) {
      if (counts[i] >= wanted) {
        return Math.min((long) BOUNDS[i], max());
      }
    }
    return max();
  }

  private static long last(long[] cumulativeCounts) {
    return cumulativeCounts[cumulativeCounts.length - 1];
  }
}
