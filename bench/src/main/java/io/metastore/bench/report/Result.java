package io.metastore.bench.report;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The result of one run of one workload.
 *
 * @param workload what each operation did
 * @param endpoints the servers under load
 * @param clients the number of concurrent operations
 * @param connections the number of TCP connections that they shared
 * @param keys the number of different keys
 * @param keyBytes the length of each key
 * @param valueBytes the length of each value
 * @param seconds the measured time
 * @param operations the number of successful operations in that time
 * @param operationsPerSecond successful operations per second
 * @param latency the latency of those operations
 * @param errors the number of failures in the whole run, including the warm-up, by gRPC code;
 *     includes broken watch streams
 * @param clientCpuMicrosPerOperation the load generator's own CPU time per operation
 * @param server the servers' resource usage; null if their processes are unknown
 * @param deliveries what watchers received; null if there were none
 */
public record Result(
    String workload,
    List<String> endpoints,
    int clients,
    int connections,
    long keys,
    int keyBytes,
    int valueBytes,
    double seconds,
    long operations,
    double operationsPerSecond,
    Latency latency,
    SortedMap<String, Long> errors,
    double clientCpuMicrosPerOperation,
    @Nullable Usage server,
    @Nullable Deliveries deliveries) {

  /** Copies the collections. */
  public Result {
    endpoints = List.copyOf(endpoints);
    errors = Collections.unmodifiableSortedMap(new TreeMap<>(errors));
  }
}
