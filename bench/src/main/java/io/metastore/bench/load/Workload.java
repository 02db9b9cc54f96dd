package io.metastore.bench.load;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What every operation of a run does. */
public enum Workload {
  /** One put of a random key. */
  PUT,
  /** One linearizable range of one existing key. */
  RANGE,
  /** One serializable range of one existing key. */
  RANGE_SERIALIZABLE,
  /** One transaction: compare and read, and a put of the same key unless it is a read. */
  TXN,
  /** One put of a key that watchers watch; also measures how long events take to arrive. */
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
   * The workload of a name on the command line.
   *
   * @throws IllegalArgumentException naming all workloads if there is none of this name
   */
  public static Workload of(String label) {
    for (Workload workload : values()) {
      if (workload.label().equals(label)) {
        return workload;
      }
    }
    throw new IllegalArgumentException(
        "no workload '"
            + label
            + "', there are: "
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
