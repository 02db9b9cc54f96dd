package io.metastore.core.api;

import io.metastore.core.api.StoreException.ChangeRefused;
import io.metastore.core.command.AddPeer;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Changes the cluster's members and its leader. Only one change happens at a time. Thread-safe;
 * methods return at once, and futures fail with a {@link StoreException} such as {@link
 * ChangeRefused}.
 */
public interface Membership {

  /**
   * Forms a new cluster of this and other members that have no cluster yet.
   *
   * @return completes when the cluster has a leader
   */
  CompletableFuture<ClusterView> bootstrap(List<NewMember> members);

  /**
   * Adds a member that waits for a cluster. The member first receives the log and is added once it
   * has nearly all of it.
   *
   * @param learner whether the member is to join without a vote
   * @return completes when the member has been added
   */
  CompletableFuture<MemberInfo> join(NewMember member, boolean learner);

  /**
   * Announces a member that will be started later: it is listed from now on. It becomes part of
   * Raft, and counts for majorities, when it runs and has caught up. Unlike {@link #join}, this may
   * be done while another change is in progress.
   *
   * @param member the new member; see {@link MemberIds} for its ID. The maximum number of learners
   *     is the leader's
   * @return completes when the member has been announced
   */
  CompletableFuture<Void> announce(AddPeer member);

  /** Gives a learner that has caught up a vote; completes when it is a voter. */
  CompletableFuture<Void> promote(long memberId);

  /** Removes a member, running or not; completes when it no longer belongs to the cluster. */
  CompletableFuture<Void> remove(long memberId);

  /**
   * Prepares this member for being stopped: if it leads, leadership moves to the follower with the
   * most complete log.
   *
   * @return completes with the leader's ID, 0 if none is known; is refused if the reachable members
   *     are no majority without this one
   */
  CompletableFuture<Long> handOver();

  /**
   * Moves leadership from this member, which leads, to another voter.
   *
   * @return whether the other member leads; false if it did not take over in time
   */
  CompletableFuture<Boolean> transferLeadership(long memberId);
}
