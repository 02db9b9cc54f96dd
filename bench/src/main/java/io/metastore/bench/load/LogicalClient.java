package io.metastore.bench.load;

/** One of the clients of a closed loop: it starts its next operation when the last has ended. */
interface LogicalClient {
  /** Starts the first operation; further ones follow by themselves until the gate closes. */
  void begin();
}
