package io.metastore.bench.load;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.bench.server.Endpoint;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.StatusRequest;
import io.metastore.etcdapi.etcdserverpb.StatusResponse;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * The TCP connections of a run, distributed round-robin over the endpoints, on a few event loops.
 *
 * <p>Opened and closed by the thread that runs the load. Callbacks of calls run on the event loop
 * of their connection and must not block.
 */
public final class Connections implements AutoCloseable {
  private static final int WINDOW_BYTES = 1 << 20;
  private static final int REPLY_BYTES_MAX = 64 << 20;

  private final EventLoopGroup loops;
  private final List<ManagedChannel> channels;
  private final List<UnaryCalls> calls;

  private Connections(EventLoopGroup loops, List<ManagedChannel> channels, List<UnaryCalls> calls) {
    this.loops = loops;
    this.channels = channels;
    this.calls = calls;
  }

  /**
   * Opens {@code count} connections lazily: each connects with its first call.
   *
   * @param transport the client for unary calls; streams always use gRPC
   */
  public static Connections open(
      List<Endpoint> endpoints, int count, int eventLoops, Transport transport) {
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(eventLoops, NioIoHandler.newFactory());
    List<Endpoint> targets =
        IntStream.range(0, count).mapToObj(i -> endpoints.get(i % endpoints.size())).toList();
    List<ManagedChannel> channels = targets.stream().map(target -> channel(target, loops)).toList();
    List<UnaryCalls> calls =
        switch (transport) {
          case GRPC -> channels.stream().<UnaryCalls>map(GrpcCalls::new).toList();
          case LEAN ->
              targets.stream()
                  .<UnaryCalls>map(target -> new LeanCalls(target, loops.next()))
                  .toList();
        };
    return new Connections(loops, channels, calls);
  }

  /**
   * The endpoint of the leader.
   *
   * @throws IllegalStateException if none of the endpoints is the leader
   * @throws io.grpc.StatusRuntimeException if an endpoint does not answer
   */
  static Endpoint findLeader(List<Endpoint> endpoints) {
    try (Connections connections = open(endpoints, endpoints.size(), 1, Transport.GRPC)) {
      for (int i = 0; i < endpoints.size(); i++) {
        StatusResponse status =
            MaintenanceGrpc.newBlockingStub(connections.of(i))
                .withDeadlineAfter(5, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance());
        if (status.getLeader() == status.getHeader().getMemberId()) {
          return endpoints.get(i);
        }
      }
    }
    throw new IllegalStateException("none of " + endpoints + " is the leader");
  }

  /** The unary calls of the client with this index. */
  UnaryCalls calls(int ordinal) {
    return calls.get(ordinal % calls.size());
  }

  /** The channel for the streams of the client with this index. */
  public Channel of(int ordinal) {
    return channels.get(ordinal % channels.size());
  }

  Pause pause() {
    return new Pause(loops);
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private static ManagedChannel channel(Endpoint endpoint, EventLoopGroup loops) {
    return NettyChannelBuilder.forAddress(endpoint.address())
        .eventLoopGroup(loops)
        .channelType(NioSocketChannel.class)
        .directExecutor()
        .usePlaintext()
        // A retry would keep a copy of every request and hide errors that the run must count.
        .disableRetry()
        .flowControlWindow(WINDOW_BYTES)
        .maxInboundMessageSize(REPLY_BYTES_MAX)
        .build();
  }
}
