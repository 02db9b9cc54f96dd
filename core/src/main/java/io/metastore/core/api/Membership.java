package io.metastore.core.api;

import io.metastore.core.api.StoreException.ChangeRefused;
import java.util.concurrent.CompletableFuture;

/**
 * Changes which members there are, and which of them is the leader. Thread-safe, returns at once;
 * futures fail with {@link StoreException}s.
 */
public interface Membership {

  /**
   * Makes sure that the others can do without this member: if it leads, the follower that is
   * nearest to it takes over.
   *
   * @return completes with the id of the leader, 0 if none is known; fails with {@link
   *     ChangeRefused} if the members that answer are no majority without this one
   */
  CompletableFuture<Long> handOver();
}
