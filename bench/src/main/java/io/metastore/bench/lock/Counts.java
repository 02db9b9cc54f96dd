package io.metastore.bench.lock;

/**
 * Counters of a cluster and of its clients' connections.
 *
 * @param changes the number of data changes: the store's revision, or ZooKeeper's zxid
 * @param logEntries entries of the replicated log; ZooKeeper has one for each change
 * @param messagesToClients replies and notifications; NaN if they are not counted
 */
record Counts(double changes, double logEntries, double messagesToClients) {
  /** The difference to {@code earlier}. */
  Counts since(Counts earlier) {
    return new Counts(
        changes - earlier.changes,
        logEntries - earlier.logEntries,
        messagesToClients - earlier.messagesToClients);
  }

  /** The sum. */
  Counts plus(Counts other) {
    return new Counts(
        changes + other.changes,
        logEntries + other.logEntries,
        messagesToClients + other.messagesToClients);
  }
}
