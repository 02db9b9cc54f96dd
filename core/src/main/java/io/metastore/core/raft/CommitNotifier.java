package io.metastore.core.raft;

import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.impl.CommitIndex;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.jspecify.annotations.Nullable;

/**
 * What a follower hears of commits besides Raft's own messages.
 *
 * <p>In Raft a leader tells its followers that an entry is committed with the next message, be it
 * one of its own: two more messages an entry and follower, with all the hand-overs that belong to
 * them. A follower that asked the leader for something gets an answer anyway, and that names the
 * committed entry. If the entry is not on this member's disk yet, it is committed here when the
 * answer to its append leaves. Thread-safe.
 */
final class CommitNotifier implements ServerInterceptor {
  private static final String APPEND_ENTRIES =
      RaftServerProtocolServiceGrpc.getAppendEntriesMethod().getFullMethodName();

  private volatile @Nullable News latest;

  private record News(RaftServer.Division division, long term, long index) {}

  /** The entry at this index, which has this term, is committed. */
  void learn(RaftServer.Division division, long term, long index) {
    News known = latest;
    if (known == null || known.division() != division || known.index() < index) {
      latest = new News(division, term, index);
    }
    advance();
  }

  private void advance() {
    News news = latest;
    if (news != null) {
      CommitIndex.advance(news.division(), news.term(), news.index());
    }
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (!call.getMethodDescriptor().getFullMethodName().equals(APPEND_ENTRIES)) {
      return next.startCall(call, headers);
    }
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void sendMessage(A answer) {
            advance();
            super.sendMessage(answer);
          }
        },
        headers);
  }
}
