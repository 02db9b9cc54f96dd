package org.apache.ratis.grpc.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.ratis.proto.RaftProtos.FileChunkProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto.SnapshotChunkProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc.RaftServerProtocolServiceImplBase;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.util.TimeDuration;
import org.junit.jupiter.api.Test;

class GrpcServerProtocolClientTest {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final TimeDuration REPLY_TIMEOUT = TimeDuration.valueOf(10, TimeUnit.MINUTES);

  /** Otherwise a checkpoint of some gigabytes on its way to a member fills the leader's heap. */
  @Test
  void partOfACheckpointIsNotKeptAfterItWasSent() throws Exception {
    CountDownLatch received = new CountDownLatch(1);
    Server silentMember = startMember(replies -> new Counting<>(received));
    try (GrpcServerProtocolClient client = clientOf(silentMember)) {
      StreamObserver<InstallSnapshotRequestProto> stream =
          client.installSnapshot("test", REPLY_TIMEOUT, 8, new Counting<>(new CountDownLatch(1)));

      WeakReference<InstallSnapshotRequestProto> sent = send(stream);

      assertThat(received.await(20, TimeUnit.SECONDS)).as("received").isTrue();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (sent.get() != null && System.nanoTime() < deadline) {
        System.gc(); // again, because threads of gRPC may still be in their last calls
      }
      assertThat(sent.get() == null).as("collected without a reply").isTrue();
    } finally {
      silentMember.shutdownNow();
    }
  }

  /** Otherwise a member that was cut off meanwhile would receive nothing for another 24 s. */
  @Test
  void senderThatWaitsForAReplyNoticesThatTheConnectionIsLost() throws Exception {
    CountDownLatch received = new CountDownLatch(1);
    Server silentMember = startMember(replies -> new Counting<>(received));
    try (GrpcServerProtocolClient client = clientOf(silentMember)) {
      StreamObserver<InstallSnapshotRequestProto> stream =
          client.installSnapshot("test", REPLY_TIMEOUT, 1, new Counting<>(new CountDownLatch(1)));
      CompletableFuture<Void> sender =
          CompletableFuture.runAsync(
              () -> {
                while (true) {
                  stream.onNext(InstallSnapshotRequestProto.getDefaultInstance());
                }
              });
      assertThat(received.await(20, TimeUnit.SECONDS)).as("received").isTrue();

      silentMember.shutdownNow();

      assertThat(sender)
          .failsWithin(20, TimeUnit.SECONDS)
          .withThrowableOfType(ExecutionException.class)
          .withMessageContaining("the stream of a snapshot has ended");
    } finally {
      silentMember.shutdownNow();
    }
  }

  @Test
  void partsAreSentAsRepliesCome() throws Exception {
    CountDownLatch received = new CountDownLatch(10);
    Server member =
        startMember(
            replies ->
                new StreamObserver<>() {
                  @Override
                  public void onNext(InstallSnapshotRequestProto part) {
                    received.countDown();
                    replies.onNext(InstallSnapshotReplyProto.getDefaultInstance());
                  }

                  @Override
                  public void onError(Throwable failure) {}

                  @Override
                  public void onCompleted() {
                    replies.onCompleted();
                  }
                });
    try (GrpcServerProtocolClient client = clientOf(member)) {
      CountDownLatch replies = new CountDownLatch(10);
      StreamObserver<InstallSnapshotRequestProto> stream =
          client.installSnapshot("test", REPLY_TIMEOUT, 1, new Counting<>(replies));
      for (int i = 0; i < 10; i++) {
        stream.onNext(InstallSnapshotRequestProto.getDefaultInstance());
      }
      stream.onCompleted();
      assertThat(received.await(20, TimeUnit.SECONDS)).as("received").isTrue();
      assertThat(replies.await(20, TimeUnit.SECONDS)).as("answered").isTrue();
    } finally {
      member.shutdownNow();
    }
  }

  private static Server startMember(
      Function<
              StreamObserver<InstallSnapshotReplyProto>,
              StreamObserver<InstallSnapshotRequestProto>>
          service)
      throws IOException {
    return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .addService(
            new RaftServerProtocolServiceImplBase() {
              @Override
              public StreamObserver<InstallSnapshotRequestProto> installSnapshot(
                  StreamObserver<InstallSnapshotReplyProto> replies) {
                return service.apply(replies);
              }
            })
        .maxInboundMessageSize(2 * CHUNK_BYTES)
        .build()
        .start();
  }

  private static GrpcServerProtocolClient clientOf(Server server) {
    return new GrpcServerProtocolClient(
        RaftPeer.newBuilder().setId("n").setAddress("127.0.0.1:" + server.getPort()).build(),
        1,
        4 * CHUNK_BYTES,
        TimeDuration.ONE_MINUTE,
        new ChannelFactory(address -> NettyChannelBuilder.forTarget(address).usePlaintext()),
        false);
  }

  /** A method of its own, so that no variable of the test refers to the part. */
  private static WeakReference<InstallSnapshotRequestProto> send(
      StreamObserver<InstallSnapshotRequestProto> stream) {
    FileChunkProto file =
        FileChunkProto.newBuilder().setData(ByteString.copyFrom(new byte[CHUNK_BYTES])).build();
    InstallSnapshotRequestProto chunk =
        InstallSnapshotRequestProto.newBuilder()
            .setSnapshotChunk(SnapshotChunkProto.newBuilder().addFileChunks(file))
            .build();
    stream.onNext(chunk);
    stream.onCompleted();
    return new WeakReference<>(chunk);
  }

  /** Counts what it receives, and does nothing else with it. */
  private record Counting<T>(CountDownLatch received) implements StreamObserver<T> {
    @Override
    public void onNext(T value) {
      received.countDown();
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }
}
