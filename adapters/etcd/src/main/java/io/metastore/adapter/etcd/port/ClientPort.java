package io.metastore.adapter.etcd.port;

import io.grpc.BindableService;
import io.grpc.HandlerRegistry;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The running client port: gRPC for connections that open with HTTP/2, {@link HttpEndpoint}s for
 * those that open with HTTP/1.1.
 *
 * <p>Services run on the event loops ({@code directExecutor}): they must not block.
 */
public final class ClientPort implements AutoCloseable {
  /** Room for a signed token; grpc-java's own default is 8 KiB. */
  private static final int METADATA_BYTES_MAX = 64 * 1024;

  private static final int ACCEPT_BACKLOG = 4096;
  private static final long STOP_POLL_MS = 5;

  private final ClientPortSettings settings;
  private final EventLoopGroup loops;
  private final ChannelGroup connections;
  private final Server server;
  private final GrpcCounters counters;

  private ClientPort(
      ClientPortSettings settings,
      EventLoopGroup loops,
      ChannelGroup connections,
      Server server,
      GrpcCounters counters) {
    this.settings = settings;
    this.loops = loops;
    this.connections = connections;
    this.server = server;
    this.counters = counters;
  }

  /**
   * Listens, and serves from then on.
   *
   * @param site what connections that speak HTTP/1.1 are served
   * @throws IOException if an address cannot be bound
   */
  public static ClientPort start(
      ClientPortSettings settings,
      List<? extends BindableService> services,
      GrpcCounters counters,
      HttpSite site)
      throws IOException {
    Set<String> names = new HashSet<>();
    services.forEach(service -> names.add(nameOf(service)));
    return start(settings, services, new UnknownMethods(names), counters, site);
  }

  /**
   * Listens, and serves from then on, but ends every call of another service in the same way.
   *
   * @param site what connections that speak HTTP/1.1 are served
   * @throws IOException if an address cannot be bound
   */
  public static ClientPort startRefusing(
      ClientPortSettings settings,
      List<? extends BindableService> services,
      StatusRuntimeException refusal,
      GrpcCounters counters,
      HttpSite site)
      throws IOException {
    return start(settings, services, new RefusedMethods(refusal), counters, site);
  }

  private static String nameOf(BindableService service) {
    return service.bindService().getServiceDescriptor().getName();
  }

  private static ClientPort start(
      ClientPortSettings settings,
      List<? extends BindableService> services,
      HandlerRegistry otherMethods,
      GrpcCounters counters,
      HttpSite site)
      throws IOException {
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            settings.eventLoops(),
            new DefaultThreadFactory("netty", true),
            NioIoHandler.newFactory());
    ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    HttpLimits limits = HttpLimits.of(settings.receiveBytesMax());
    SniffingNegotiator negotiator =
        new SniffingNegotiator(
            connections, pipeline -> Http1Handler.install(pipeline, site, limits));
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
                settings.listen().get(0), InternalNettyServerCredentials.create(negotiator))
            .channelType(NioServerSocketChannel.class)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .withOption(ChannelOption.SO_BACKLOG, ACCEPT_BACKLOG)
            .withChildOption(ChannelOption.TCP_NODELAY, true)
            .directExecutor()
            .maxInboundMessageSize(settings.refusedBytesMax())
            .maxInboundMetadataSize(METADATA_BYTES_MAX)
            .handshakeTimeout(settings.handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .addStreamTracerFactory(counters);
    settings.rules().apply(builder);
    settings.listen().stream().skip(1).forEach(builder::addListenAddress);
    GoRequests requests = new GoRequests(settings.receiveBytesMax());
    for (BindableService service : services) {
      ServerServiceDefinition definition = service.bindService();
      counters.register(definition);
      builder.addService(requests.wrap(definition));
    }
    builder.fallbackHandlerRegistry(otherMethods);
    try {
      return new ClientPort(settings, loops, connections, builder.build().start(), counters);
    } catch (IOException e) {
      loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw e;
    }
  }

  /** Where it listens, in the order of the settings. */
  public List<InetSocketAddress> addresses() {
    return server.getListenSockets().stream().map(InetSocketAddress.class::cast).toList();
  }

  /** How many connections are open. */
  int connections() {
    return connections.size();
  }

  /**
   * Accepts nothing more, lets unary calls end for a moment, then cuts all connections.
   *
   * <p>Cut, not closed stream by stream: grpc-java would reset each stream with CANCEL, which
   * etcd's Go client takes for the end of its watch, while a lost connection makes it go to another
   * member.
   */
  @Override
  public void close() {
    server.shutdown();
    awaitUnaryCalls();
    connections.forEach(ClientPort::cut);
    connections.close().awaitUninterruptibly(settings.stopGrace().toMillis());
    server.shutdownNow();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private void awaitUnaryCalls() {
    long deadline = System.nanoTime() + settings.stopGrace().toNanos();
    try {
      while (counters.openUnaryCalls() > 0 && System.nanoTime() < deadline) {
        if (server.awaitTermination(STOP_POLL_MS, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends a connection at once; any thread. */
  static void cut(Channel channel) {
    // From the head of the pipeline, past the HTTP/2 handler, which would linger for its streams.
    var first = channel.pipeline().firstContext();
    if (first != null) {
      first.close();
    }
  }
}
