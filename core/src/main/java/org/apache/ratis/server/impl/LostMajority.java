package org.apache.ratis.server.impl;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.Comparator;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState.StepDownReason;
import org.apache.ratis.server.leader.LogAppender;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a leadership for lack of a majority. In Ratis' package because Ratis offers no public
 * access.
 */
public final class LostMajority {
  private static final Logger LOG = LoggerFactory.getLogger(LostMajority.class);

  private LostMajority() {}

  /**
   * Makes the leader, if it is this member, step down soon. With this reason, and no other, Ratis
   * also keeps the member out of elections for a while. That matters, because its vote requests may
   * still reach the others, and each vote that they grant restarts their election timeouts.
   *
   * <p>First asks the follower with the longest log to stand for election. If only messages to the
   * leader are lost, its heartbeats have reached the followers until now, so that they would wait
   * for another election timeout. The follower refuses if its log ends before the leader's.
   */
  public static void stepDown(RaftServer.Division division) {
    RaftServerImpl server = (RaftServerImpl) division;
    server
        .getRole()
        .getLeaderState()
        .ifPresent(
            leader -> {
              leader
                  .getLogAppenders()
                  .map(LogAppender::getFollower)
                  .filter(follower -> server.getRaftConf().containsInConf(follower.getId()))
                  .max(Comparator.comparingLong(FollowerInfo::getMatchIndex))
                  .ifPresent(follower -> askToStand(server, follower.getId()));
              leader.submitStepDownEvent(StepDownReason.LOST_MAJORITY_HEARTBEATS);
            });
  }

  /** Sends the request and does not wait for its answer, which is probably lost. */
  private static void askToStand(RaftServerImpl server, RaftPeerId follower) {
    StartLeaderElectionRequestProto request =
        ServerProtoUtils.toStartLeaderElectionRequestProto(
            server.getMemberId(), follower, server.getState().getLastEntry());
    server
        .getServerExecutor()
        .execute(
            () -> {
              try {
                server.getServerRpc().startLeaderElection(request);
              } catch (IOException | StatusRuntimeException e) {
                LOG.debug("no answer from {}, which was asked to stand for election", follower, e);
              }
            });
  }
}
