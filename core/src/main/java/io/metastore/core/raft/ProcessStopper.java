package io.metastore.core.raft;

/** Ends the process when continuing could lose data or make replicas diverge. */
@FunctionalInterface
public interface ProcessStopper {

  /**
   * Stops the process; does not return in production.
   *
   * @param why message for the operator
   */
  void stop(String why, Throwable cause);

  /** This member was removed from the cluster on request. Returns at once. */
  default void removed() {
    stop("removed", new IllegalStateException("this member was removed from the cluster"));
  }
}
