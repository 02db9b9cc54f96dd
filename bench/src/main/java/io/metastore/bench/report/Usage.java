package io.metastore.bench.report;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What the servers used during a measurement.
 *
 * @param cpuSeconds user and system time of all server processes together
 * @param cpuMicrosPerOperation the same for one operation
 * @param peakRssBytes largest resident memory of each server, in the order they were given
 * @param otherCpuCores how many processors everything but the servers and the load generator kept
 *     busy; a measurement on a quiet machine has close to 0
 */
public record Usage(
    double cpuSeconds,
    double cpuMicrosPerOperation,
    List<Long> peakRssBytes,
    double otherCpuCores) {

  /** Copies the list. */
  public Usage {
    peakRssBytes = List.copyOf(requireNonNull(peakRssBytes, "peakRssBytes"));
  }

  /** The largest resident memory among the servers. */
  public long largestPeakRssBytes() {
    return peakRssBytes.stream().mapToLong(Long::longValue).max().orElse(0);
  }
}
