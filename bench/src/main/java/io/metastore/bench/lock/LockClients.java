package io.metastore.bench.lock;

/**
 * The clients of one lock service. Opened and closed by the thread that runs the work, which is
 * also the only one to ask questions.
 */
interface LockClients extends AutoCloseable {
  /**
   * A client of its own: it contends with all others.
   *
   * @param ordinal decides whose connection it shares
   * @param lock a name of letters, digits and dashes
   */
  Contender contender(int ordinal, String lock) throws InterruptedException;

  /** How many hold or await a lock. */
  int queued(String lock);

  /** The counters as they are now. */
  Counts counts();

  @Override
  void close();
}
