package io.metastore.bench.report;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one run of one workload measured.
 *
 * @param workload what each operation did
 * @param endpoints where the load went
 * @param clients operations under way at a time
 * @param connections TCP connections they shared
 * @param keys different keys
 * @param keyBytes length of each key
 * @param valueBytes length of each value
 * @param seconds how long was measured
 * @param operations how many succeeded in that time
 * @param operationsPerSecond the same for one second
 * @param latency of those operations
 * @param errors how many failed in the whole run, its warm-up included, by gRPC code; with broken
 *     watch streams
 * @param clientCpuMicrosPerOperation what an operation cost the load generator itself
 * @param server what the servers used; null if their processes are not known
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
