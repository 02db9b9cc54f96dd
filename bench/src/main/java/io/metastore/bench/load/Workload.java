package io.metastore.bench.load;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The operation that a run repeats. */
public enum Workload {
  /** One put of a random key. */
  PUT,
  /** One linearizable range of one existing key. */
  RANGE,
  /** One serializable range of one existing key. */
  RANGE_SERIALIZABLE,
  /** One transaction: compare and read, and a put of the same key unless it only reads. */
  TXN,
  /** One put of a watched key; also measures how long events take to arrive. */
  WATCH,
  /** Transactions of consecutive keys until all keys are written once. */
  LOAD,
  /** One put of the next key until all keys are written once. */
  FILL,
  /** One keep-alive of the client's own lease, on the client's own stream. */
  LEASE_KEEPALIVE;

  /** The name on the command line: {@code range-serializable}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The workload with this name on the command line.
   *
   * @throws IllegalArgumentException listing all workloads if there is none with this name
   */
  public static Workload of(String label) {
    for (Workload workload : values()) {
      if (workload.label().equals(label)) {
        return workload;
      }
    }
    throw new IllegalArgumentException(
        "unknown workload '"
            + label
            + "', expected one of: "
            + Arrays.stream(values()).map(Workload::label).collect(Collectors.joining(", ")));
  }

  /** Whether a run ends when all keys are written, and therefore has no warm-up. */
  boolean endsByItself() {
    return this == LOAD || this == FILL;
  }

  /** Whether the keys must exist before the run. */
  boolean readsExistingKeys() {
    return this == RANGE || this == RANGE_SERIALIZABLE || this == TXN;
  }
}
