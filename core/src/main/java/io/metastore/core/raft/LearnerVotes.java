package io.metastore.core.raft;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.impl.ListenerVote;
import org.jspecify.annotations.Nullable;

/**
 * Lets a learner vote if it is asked.
 *
 * <p>Only members that take it for a voter ask it. Then it was promoted and does not know it yet,
 * and if its vote is needed for a majority, nobody else can tell it. That is how etcd does it, too;
 * a listener of Ratis 3.2.2 refuses. Thread-safe.
 */
final class LearnerVotes implements ServerInterceptor {
  private volatile RaftServer.@Nullable Division division;

  /** Sets whose votes these are. Before, Ratis answers. */
  void of(RaftServer.Division voter) {
    division = voter;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (!VoteRequests.isOne(call)) {
      return next.startCall(call, headers);
    }
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      private boolean answered;

      @Override
      @SuppressWarnings("unchecked") // all answers of this method are of this type
      public void onMessage(Q request) {
        RequestVoteReplyProto answer = answer(request);
        if (answer == null) {
          super.onMessage(request);
          return;
        }
        answered = true;
        call.sendHeaders(new Metadata());
        call.sendMessage((A) answer);
        call.close(Status.OK, new Metadata());
      }

      @Override
      public void onHalfClose() {
        if (!answered) {
          super.onHalfClose();
        }
      }
    };
  }

  private @Nullable RequestVoteReplyProto answer(Object request) {
    RaftServer.Division voter = division;
    if (voter == null || !(request instanceof RequestVoteRequestProto vote)) {
      return null;
    }
    try {
      return ListenerVote.answer(voter, vote);
    } catch (IOException e) {
      throw new UncheckedIOException("the vote was not written", e);
    }
  }
}
