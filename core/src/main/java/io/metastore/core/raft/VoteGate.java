package io.metastore.core.raft;

import java.util.function.BooleanSupplier;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;

/**
 * Refuses to vote while this member does not know whether it may. To a candidate it is then as if
 * this member were not there. Thread-safe.
 */
final class VoteGate implements ServerInterceptor {
  private static final String REQUEST_VOTE =
      RaftServerProtocolServiceGrpc.getRequestVoteMethod().getFullMethodName();

  private final BooleanSupplier mayVote;

  VoteGate(BooleanSupplier mayVote) {
    this.mayVote = mayVote;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (mayVote.getAsBoolean()
        || !call.getMethodDescriptor().getFullMethodName().equals(REQUEST_VOTE)) {
      return next.startCall(call, headers);
    }
    call.close(Status.UNAVAILABLE.withDescription("may not vote yet"), new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
