package org.apache.ratis.grpc.server;

import java.io.Closeable;
import java.util.Objects;
import java.util.function.Function;
import org.apache.ratis.grpc.GrpcUtil;
import org.apache.ratis.grpc.util.StreamObserverWithTimeout;
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
import org.apache.ratis.server.util.ServerStringUtils;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.stub.CallStreamObserver;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContext;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

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
    // A member that joins does not listen at once. Without waiting the stream would fail, and Ratis
    // would notice that only after its reply timeout.
    StreamObserver<Chunk> chunks =
        StreamObserverWithTimeout.newInstance(
            name,
            Chunk::toString,
            () -> replyTimeout,
            outstandingMax,
            interceptor ->
                mapped(
                    calls.withInterceptors(interceptor).withWaitForReady().installSnapshot(replies),
                    Chunk::take));
    return new OneBehind(chunks);
  }

  private static <T, U> StreamObserver<T> mapped(StreamObserver<U> to, Function<T, U> mapping) {
    return new StreamObserver<>() {
      @Override
      public void onNext(T value) {
        to.onNext(mapping.apply(value));
      }

      @Override
      public void onError(Throwable failure) {
        to.onError(failure);
      }

      @Override
      public void onCompleted() {
        to.onCompleted();
      }
    };
  }

  /**
   * Sends each part of a snapshot when the next one comes. Ratis notes only after it has sent a
   * part that it awaits the reply, and a reply that arrives earlier ends the stream. Used by one
   * thread.
   */
  private static final class OneBehind implements StreamObserver<InstallSnapshotRequestProto> {
    private final StreamObserver<Chunk> to;
    private @Nullable Chunk held;

    OneBehind(StreamObserver<Chunk> to) {
      this.to = to;
    }

    @Override
    public void onNext(InstallSnapshotRequestProto request) {
      sendHeld();
      held = new Chunk(request);
    }

    private void sendHeld() {
      Chunk chunk = held;
      held = null;
      if (chunk != null) {
        to.onNext(chunk);
      }
    }

    @Override
    public void onError(Throwable failure) {
      held = null;
      to.onError(failure);
    }

    @Override
    public void onCompleted() {
      sendHeld();
      to.onCompleted();
    }
  }

  /**
   * A part of a snapshot on its way into a stream. Ratis keeps what it has sent until its reply
   * timeout has passed, even if the reply has arrived: of a checkpoint of some gigabytes, that
   * would be more than the heap. So the part itself is given away when it is sent.
   */
  private static final class Chunk {
    private final String text;
    private @Nullable InstallSnapshotRequestProto request;

    Chunk(InstallSnapshotRequestProto request) {
      this.text = ServerStringUtils.toInstallSnapshotRequestString(request);
      this.request = request;
    }

    /** Called once. */
    InstallSnapshotRequestProto take() {
      InstallSnapshotRequestProto taken = Objects.requireNonNull(request, "taken already");
      request = null;
      return taken;
    }

    @Override
    public String toString() {
      return text;
    }
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
