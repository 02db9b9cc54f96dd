package org.apache.ratis.server.impl;

import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;

/**
 * Corrects the leader's record of followers that have caught up. In Ratis' package because Ratis
 * offers no public access.
 *
 * <p>A follower that is being added counts as new until it has caught up. Ratis 3.2.2 forgets to
 * end this for learners, and starts it again for a follower whose appender is restarted
 * (RATIS-2283). A new follower does not start completely, not even when it is promoted, and if it
 * does not answer, the next change of members fails.
 */
public final class CaughtUp {
  private CaughtUp() {}

  /**
   * Records that a follower has caught up, if it has one of these roles in the configuration.
   *
   * @param roles {@code FOLLOWER} for voters, {@code LISTENER} for learners
   */
  public static void record(
      RaftServer.Division division, FollowerInfo follower, RaftPeerRole... roles) {
    RaftServerImpl server = (RaftServerImpl) division;
    if (server.getRaftConf().getPeer(follower.getId(), roles) != null) {
      ((FollowerInfoImpl) follower).catchUp();
    }
  }
}
