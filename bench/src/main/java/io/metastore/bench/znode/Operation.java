package io.metastore.bench.znode;

/** What a client repeats. */
interface Operation {
  /**
   * Starts the operation once; returns at once.
   *
   * @param number counts the client's operations from 0
   * @param ended called with ZooKeeper's result code, on any thread
   */
  void start(long number, Ended ended);

  /** Receives the end of an operation. */
  interface Ended {
    /** The operation has ended; the code is 0 if it was done. */
    void with(int code);
  }
}
