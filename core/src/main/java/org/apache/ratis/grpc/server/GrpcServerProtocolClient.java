package org.apache.ratis.grpc.server;

import io.grpc.ManagedChannel;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContext;
import java.io.Closeable;
import org.apache.ratis.grpc.GrpcUtil;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexReplyProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionReplyProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc.RaftServerProtocolServiceBlockingStub;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc.RaftServerProtocolServiceStub;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.util.TimeDuration;

/**
 * Raft's calls to one other member. It replaces the class of this name in Ratis 3.2.2, which keeps
 * the address that a member had first, and uses TLS with all members or with none.
 *
 * <p>Thread-safe.
 */
class GrpcServerProtocolClient implements Closeable {
  private final ManagedChannel channel;
  private final RaftServerProtocolServiceStub calls;
  private final RaftServerProtocolServiceBlockingStub blockingCalls;
  private final TimeDuration timeout;

  /**
   * @param connections not used: one connection is enough, because only read indexes would use more
   * @param channels a {@link ChannelFactory}
   * @param separateHeartbeats not used
   */
  GrpcServerProtocolClient(
      RaftPeer target,
      int connections,
      int flowControlWindow,
      TimeDuration timeout,
      SslContext channels,
      boolean separateHeartbeats) {
    this.channel =
        ((ChannelFactory) channels)
            .channel(target.getAddress())
            .disableRetry()
            .flowControlWindow(flowControlWindow)
            .build();
    this.calls = RaftServerProtocolServiceGrpc.newStub(channel);
    this.blockingCalls = RaftServerProtocolServiceGrpc.newBlockingStub(channel);
    this.timeout = timeout;
  }

  RequestVoteReplyProto requestVote(RequestVoteRequestProto request) {
    return blockingCalls
        .withDeadlineAfter(timeout.getDuration(), timeout.getUnit())
        .requestVote(request);
  }

  StartLeaderElectionReplyProto startLeaderElection(StartLeaderElectionRequestProto request) {
    return blockingCalls
        .withDeadlineAfter(timeout.getDuration(), timeout.getUnit())
        .startLeaderElection(request);
  }

  void readIndex(ReadIndexRequestProto request, StreamObserver<ReadIndexReplyProto> replies) {
    calls.withDeadlineAfter(timeout.getDuration(), timeout.getUnit()).readIndex(request, replies);
  }

  CallStreamObserver<AppendEntriesRequestProto> appendEntries(
      StreamObserver<AppendEntriesReplyProto> replies, boolean isHeartbeat) {
    return (CallStreamObserver<AppendEntriesRequestProto>) calls.appendEntries(replies);
  }

  StreamObserver<InstallSnapshotRequestProto> installSnapshot(
      String name,
      TimeDuration replyTimeout,
      int outstandingMax,
      StreamObserver<InstallSnapshotReplyProto> replies) {
    // A member that joins does not listen at once: the call waits until it does.
    return new SnapshotStream(
        replyTimeout, outstandingMax, replies, calls.withWaitForReady()::installSnapshot);
  }

  /** Makes a channel that waits before its next connection attempt try at once. */
  void resetConnectBackoff() {
    channel.resetConnectBackoff();
  }

  @Override
  public void close() {
    GrpcUtil.shutdownManagedChannel(channel);
  }
}
