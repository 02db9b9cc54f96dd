package io.metastore.core.raft;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.impl.CommitIndex;
import org.jspecify.annotations.Nullable;

/**
 * Advances a follower's commit index with information from the leader's replies, without waiting
 * for Raft's own messages.
 *
 * <p>In Raft, a leader tells its followers that an entry is committed with its next message, which
 * may have to be sent for this purpose alone: two more messages per entry and follower, and their
 * thread switches. A follower that called the leader gets a reply anyway, and the reply names the
 * committed entry. If that entry is not on this member's disk yet, the commit index advances when
 * the answer to its append is sent. Thread-safe.
 */
final class EarlyCommits implements ServerInterceptor {
  private static final String APPEND_ENTRIES =
      RaftServerProtocolServiceGrpc.getAppendEntriesMethod().getFullMethodName();

  private volatile @Nullable Commit latest;

  private record Commit(RaftServer.Division division, long term, long index) {}

  /** Records that the entry with this index and term is committed. */
  void learn(RaftServer.Division division, long term, long index) {
    Commit known = latest;
    if (known == null || known.division() != division || known.index() < index) {
      latest = new Commit(division, term, index);
    }
    advance();
  }

  private void advance() {
    Commit commit = latest;
    if (commit != null) {
      CommitIndex.advance(commit.division(), commit.term(), commit.index());
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
