package org.apache.ratis.server.impl;

import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.LeaderState.StepDownReason;

/**
 * Ends a leadership for lack of a majority. In Ratis' package because Ratis offers no public
 * access.
 */
public final class LostMajority {
  private LostMajority() {}

  /**
   * Makes the leader, if it is this member, step down soon. With this reason, and no other, Ratis
   * also keeps the member out of elections for a while. That matters, because its vote requests may
   * still reach the others, and each vote that they grant restarts their election timeouts.
   */
  public static void stepDown(RaftServer.Division division) {
    ((RaftServerImpl) division)
        .getRole()
        .getLeaderState()
        .ifPresent(leader -> leader.submitStepDownEvent(StepDownReason.LOST_MAJORITY_HEARTBEATS));
  }
}
