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

  /** This member does not belong to the cluster any more, as somebody wished. Returns at once. */
  default void removed() {
    stop("removed", new IllegalStateException("this member was removed from the cluster"));
  }
}
