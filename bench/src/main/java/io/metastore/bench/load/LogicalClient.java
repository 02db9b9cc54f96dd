package io.metastore.bench.load;

/** A client of a loop: it starts its next operation after the previous one has ended. */
interface LogicalClient {
  /** Starts the first operation. Each further one follows by itself, until the gate closes. */
  void begin();
}
