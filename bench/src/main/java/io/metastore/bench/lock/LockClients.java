package io.metastore.bench.lock;

/** The clients of one lock service. Opened, queried and closed by the thread that runs the work. */
interface LockClients extends AutoCloseable {
  /**
   * Creates a client, which contends with all others.
   *
   * @param ordinal decides whose connection it shares
   * @param lock a name of letters, digits and dashes
   */
  Contender contender(int ordinal, String lock) throws InterruptedException;

  /** The number of clients that hold or wait for a lock. */
  int queued(String lock);

  /** The current counters. */
  Counts counts();

  @Override
  void close();
}
