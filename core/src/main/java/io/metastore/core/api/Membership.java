package io.metastore.core.api;

import io.metastore.core.api.StoreException.ChangeRefused;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Changes which members there are, and which of them is the leader. One change happens at a time.
 * Thread-safe, returns at once; futures fail with {@link StoreException}s, among them {@link
 * ChangeRefused}.
 */
public interface Membership {

  /**
   * Makes one cluster out of members that wait for one, this one among them.
   *
   * @return completes when the cluster has a leader
   */
  CompletableFuture<ClusterView> bootstrap(List<NewMember> members);

  /**
   * Takes in a member that waits for a cluster. It is sent the log first, and belongs to the
   * cluster when it has nearly all of it.
   *
   * @param learner whether it is to have no vote
   * @return completes when it belongs to the cluster
   */
  CompletableFuture<MemberInfo> join(NewMember member, boolean learner);

  /** Removes a member, dead or alive; completes when it does not belong to the cluster any more. */
  CompletableFuture<Void> remove(long memberId);

  /**
   * Makes sure that the others can do without this member: if it leads, the follower that is
   * nearest to it takes over.
   *
   * @return completes with the id of the leader, 0 if none is known; is refused if the members that
   *     answer are no majority without this one
   */
  CompletableFuture<Long> handOver();
}
