package org.apache.ratis.server.impl;

import java.io.IOException;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.impl.LeaderElection.Phase;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;

/** Lets a listener vote. In Ratis' package because Ratis offers no public access. */
public final class ListenerVote {
  private ListenerVote() {}

  /**
   * Answers a vote request by the rules for followers. The vote is written as a follower's is.
   *
   * @return null if this member is no listener: then Ratis answers
   */
  public static @Nullable RequestVoteReplyProto answer(
      RaftServer.Division division, RequestVoteRequestProto request) throws IOException {
    RaftServerImpl server = (RaftServerImpl) division;
    RaftRpcRequestProto from = request.getServerRequest();
    RaftPeerId candidateId = RaftPeerId.valueOf(from.getRequestorId());
    ServerState state = server.getState();
    synchronized (server) {
      if (!server.getInfo().isListener()
          || !from.getRaftGroupId()
              .getId()
              .equals(server.getMemberId().getGroupId().toByteString())) {
        return null;
      }
      Phase phase = request.getPreVote() ? Phase.PRE_VOTE : Phase.ELECTION;
      RaftPeer candidate =
          new VoteContext(server, phase, candidateId)
              .recognizeCandidate(request.getCandidateTerm());
      boolean granted =
          candidate != null
              && !followsAnother(server, candidateId)
              && ServerState.compareLog(
                      state.getLastEntry(), TermIndex.valueOf(request.getCandidateLastEntry()))
                  <= 0;
      if (granted && phase == Phase.ELECTION) {
        state.updateCurrentTerm(request.getCandidateTerm());
        state.grantVote(candidateId);
        state.persistMetadata();
      }
      return ServerProtoUtils.toRequestVoteReplyProto(
          candidateId,
          server.getMemberId(),
          granted,
          state.getCurrentTerm(),
          /* shouldShutdown= */ false,
          state.getLastEntry(),
          server.getRaftLog().getLastCommittedIndex());
    }
  }

  /** Whether this member has heard from another member that leads, as Ratis asks a follower. */
  private static boolean followsAnother(RaftServerImpl server, RaftPeerId candidate) {
    RaftPeerId leader = server.getState().getLeaderId();
    return leader != null
        && !leader.equals(candidate)
        && server
            .getRole()
            .getFollowerState()
            .map(FollowerState::isCurrentLeaderValid)
            .orElse(false);
  }
}
