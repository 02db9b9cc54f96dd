package org.apache.ratis.server.impl;

import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.LeaderState.StepDownReason;

/**
 * The end of a leadership for want of a majority, which Ratis lets nobody but itself decide. In its
 * package for that reason.
 */
public final class LostMajority {
  private LostMajority() {}

  /**
   * Has the leader, if it is this one, step down soon. For this reason alone Ratis keeps it out of
   * elections for a while: its requests for votes may still reach the others, and each that they
   * would grant starts their own election timeouts anew.
   */
  public static void stepDown(RaftServer.Division division) {
    ((RaftServerImpl) division)
        .getRole()
        .getLeaderState()
        .ifPresent(leader -> leader.submitStepDownEvent(StepDownReason.LOST_MAJORITY_HEARTBEATS));
  }
}
