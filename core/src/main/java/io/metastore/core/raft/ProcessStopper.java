package io.metastore.core.raft;

/** Ends the process when going on could lose or diverge data. */
@FunctionalInterface
public interface ProcessStopper {

  /**
   * Does not return in production.
   *
   * @param why for the operator
   */
  void stop(String why, Throwable cause);
}
