package io.metastore.core.raft;

import io.grpc.ServerCall;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;

/** Tells requests for a vote from the other calls between members. */
final class VoteRequests {
  private static final String METHOD =
      RaftServerProtocolServiceGrpc.getRequestVoteMethod().getFullMethodName();

  private VoteRequests() {}

  static boolean isOne(ServerCall<?, ?> call) {
    return call.getMethodDescriptor().getFullMethodName().equals(METHOD);
  }
}
