package io.metastore.bench.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What was done to the cluster, and when. Thread-safe. */
final class FaultLog {
  private final long startNanos = System.nanoTime();

  // The fields below are guarded by this.
  private final List<String> lines = new ArrayList<>();
  private final Map<String, Long> counts = new TreeMap<>();

  /** Notes the beginning of a fault, which is counted. */
  synchronized void begin(Fault fault, String details) {
    counts.merge(fault.toString(), 1L, Long::sum);
    note(fault + " " + details);
  }

  synchronized void note(String what) {
    long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    lines.add("%8d ms  %s".formatted(ms, what));
  }

  synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  synchronized Map<String, Long> counts() {
    return new TreeMap<>(counts);
  }
}
