package io.metastore.core.raft;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.impl.ReceivedAppend;
import org.jspecify.annotations.Nullable;

/**
 * Has the leader's entries appended to the log on the thread that received them, see {@link
 * ReceivedAppend}. Thread-safe.
 */
final class FollowerAppends implements ServerInterceptor {
  private static final String APPEND_ENTRIES =
      RaftServerProtocolServiceGrpc.getAppendEntriesMethod().getFullMethodName();

  private volatile RaftServer.@Nullable Division division;

  /** Sets the follower. */
  void of(RaftServer.Division follower) {
    division = follower;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    ServerCall.Listener<Q> listener = next.startCall(call, headers);
    RaftServer.Division follower = division;
    if (follower == null
        || !call.getMethodDescriptor().getFullMethodName().equals(APPEND_ENTRIES)) {
      return listener;
    }
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onMessage(Q request) {
        ReceivedAppend.handle(
            follower, (AppendEntriesRequestProto) request, () -> super.onMessage(request));
      }
    };
  }
}
