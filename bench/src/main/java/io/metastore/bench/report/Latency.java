package io.metastore.bench.report;

import org.HdrHistogram.Histogram;

/**
 * The durations of operations, in microseconds.
 *
 * @param meanMicros arithmetic mean
 * @param p50Micros median
 * @param p99Micros 99th percentile
 * @param p999Micros 99.9th percentile
 * @param maxMicros maximum
 */
public record Latency(
    double meanMicros, double p50Micros, double p99Micros, double p999Micros, double maxMicros) {

  /** The latencies of a histogram in nanoseconds; all zero if it is empty. */
  public static Latency of(Histogram nanos) {
    return new Latency(
        nanos.getTotalCount() == 0 ? 0 : nanos.getMean() / 1e3,
        nanos.getValueAtPercentile(50) / 1e3,
        nanos.getValueAtPercentile(99) / 1e3,
        nanos.getValueAtPercentile(99.9) / 1e3,
        nanos.getMaxValue() / 1e3);
  }
}
