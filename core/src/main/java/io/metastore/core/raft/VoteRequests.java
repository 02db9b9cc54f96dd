package io.metastore.core.raft;

import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;

/** Tells requests for a vote from the other calls between members. */
final class VoteRequests {
  private static final String METHOD =
      RaftServerProtocolServiceGrpc.getRequestVoteMethod().getFullMethodName();

  private VoteRequests() {}

  static boolean isOne(ServerCall<?, ?> call) {
    return call.getMethodDescriptor().getFullMethodName().equals(METHOD);
  }
}
