package io.metastore.core.raft;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;

/**
 * Makes the votes of a member with imported tables count.
 *
 * <p>The last entry of such a member has term 0, because no leader has written to its log yet. In
 * Ratis 3.2.2, a candidate takes term 0 for an empty log, and does not count the vote ({@code
 * LeaderElection.nonEmptyLog}). So the answer to a vote request names term 1 instead. The candidate
 * uses it for nothing else. Thread-safe.
 */
final class VotesAfterImport implements ServerInterceptor {

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          @SuppressWarnings("unchecked") // a reply is replaced by one of the same type
          public void sendMessage(R message) {
            super.sendMessage(
                message instanceof RequestVoteReplyProto reply ? (R) counted(reply) : message);
          }
        },
        headers);
  }

  private static RequestVoteReplyProto counted(RequestVoteReplyProto reply) {
    TermIndexProto last = reply.getLastEntry();
    return last.getTerm() == 0 && last.getIndex() > 0
        ? reply.toBuilder().setLastEntry(last.toBuilder().setTerm(1)).build()
        : reply;
  }
}
