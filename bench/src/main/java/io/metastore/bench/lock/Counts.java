package io.metastore.bench.lock;

/**
 * What a cluster, and its clients' connections, have counted so far.
 *
 * @param changes how often the data changed: the store's revision, ZooKeeper's zxid
 * @param logEntries entries of the replicated log; ZooKeeper has one for each change
 * @param messagesToClients answers and notices; not a number if nobody counts them
 */
record Counts(double changes, double logEntries, double messagesToClients) {
  /** What came since {@code earlier}. */
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
