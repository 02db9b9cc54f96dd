package io.metastore.bench.report;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The servers' resource usage during a measurement.
 *
 * @param cpuSeconds user and system time of all server processes together
 * @param cpuMicrosPerOperation CPU time per operation
 * @param peakRssBytes the largest resident memory of each server, in the given order
 * @param otherCpuCores the number of processors kept busy by processes other than the servers and
 *     the load generator; close to 0 on a quiet machine
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
