package io.metastore.bench.load;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.metastore.bench.server.Access;
import io.metastore.bench.server.Endpoint;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.StatusRequest;
import io.metastore.etcdapi.etcdserverpb.StatusResponse;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The TCP connections of a run, distributed round-robin over the endpoints, on a few event loops.
 *
 * <p>Opened and closed by the thread that runs the load. Callbacks of calls run on the event loop
 * of their connection and must not block.
 */
public final class Connections implements AutoCloseable {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
  private static final int WINDOW_BYTES = 1 << 20;
  private static final int REPLY_BYTES_MAX = 64 << 20;

  private final EventLoopGroup loops;
  private final List<ManagedChannel> channels;

  /** The same channels, with the token. */
  private final List<Channel> users;

  private final List<UnaryCalls> calls;

  private Connections(
      EventLoopGroup loops,
      List<ManagedChannel> channels,
      List<Channel> users,
      List<UnaryCalls> calls) {
    this.loops = loops;
    this.channels = channels;
    this.users = users;
    this.calls = calls;
  }

  /**
   * Opens {@code count} connections lazily: each connects with its first call.
   *
   * @param transport the client for unary calls; streams always use gRPC
   */
  public static Connections open(
      List<Endpoint> endpoints, int count, int eventLoops, Transport transport) {
    return open(endpoints, count, eventLoops, transport, Access.OPEN);
  }

  /**
   * As {@link #open(List, int, int, Transport)}, to servers that may demand TLS and a login. All
   * connections use the token of one login.
   */
  static Connections open(
      List<Endpoint> endpoints, int count, int eventLoops, Transport transport, Access access) {
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(eventLoops, NioIoHandler.newFactory());
    List<Endpoint> targets =
        IntStream.range(0, count).mapToObj(i -> endpoints.get(i % endpoints.size())).toList();
    List<ManagedChannel> channels =
        targets.stream().map(target -> channel(target, loops, access)).toList();
    String token = access.logIn(channels.get(0));
    List<Channel> users = channels.stream().map(channel -> withToken(channel, token)).toList();
    SslContext tls = access.clientTls();
    List<UnaryCalls> calls =
        switch (transport) {
          case GRPC -> users.stream().<UnaryCalls>map(GrpcCalls::new).toList();
          case LEAN ->
              targets.stream()
                  .<UnaryCalls>map(target -> new LeanCalls(target, loops.next(), tls, token))
                  .toList();
        };
    return new Connections(loops, channels, users, calls);
  }

  private static Channel withToken(Channel channel, @Nullable String token) {
    if (token == null) {
      return channel;
    }
    Metadata metadata = new Metadata();
    metadata.put(TOKEN, token);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  /**
   * The endpoint of the leader.
   *
   * @throws IllegalStateException if none of the endpoints is the leader
   * @throws io.grpc.StatusRuntimeException if an endpoint does not answer
   */
  static Endpoint findLeader(List<Endpoint> endpoints, Access access) {
    try (Connections connections = open(endpoints, endpoints.size(), 1, Transport.GRPC, access)) {
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
    return users.get(ordinal % users.size());
  }

  Pause pause() {
    return new Pause(loops);
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private static ManagedChannel channel(Endpoint endpoint, EventLoopGroup loops, Access access) {
    return access
        .channel(endpoint)
        .eventLoopGroup(loops)
        .channelType(NioSocketChannel.class)
        .directExecutor()
        // A retry would keep a copy of every request and hide errors that the run must count.
        .disableRetry()
        .flowControlWindow(WINDOW_BYTES)
        .maxInboundMessageSize(REPLY_BYTES_MAX)
        .build();
  }
}
