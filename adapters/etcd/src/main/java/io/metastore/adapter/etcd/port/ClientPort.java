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
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The running client port: gRPC over HTTP/2, and {@link HttpSite} over HTTP/2 and HTTP/1.1.
 *
 * <p>Services run on the event loops ({@code directExecutor}), so they must not block.
 */
public final class ClientPort implements AutoCloseable {
  /** Large enough for a signed token; grpc-java's default is 8 KiB. */
  private static final int METADATA_BYTES_MAX = 64 * 1024;

  /**
   * The HTTP/2 flow-control window of each call and each connection: what a client may send before
   * the server has read it. The size is grpc-java's initial one, but fixed: otherwise grpc-java
   * would send a ping with the first bytes of every round trip to find out whether a larger window
   * helps.
   */
  private static final int WINDOW_BYTES = 1024 * 1024;

  private static final int ACCEPT_BACKLOG = 4096;
  private static final long STOP_POLL_MS = 5;

  private final ClientPortSettings settings;
  private final EventLoopGroup loops;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final @Nullable PortTls tls;
  private final List<Server> servers = new ArrayList<>();
  private final List<ListenAddress> addresses = new ArrayList<>();
  private final GrpcCounters counters;

  /**
   * What a gRPC server listens on; it supports only one kind.
   *
   * @param plain whether connections without TLS are served, and {@code secure} those with TLS
   */
  private record Kind(boolean unix, boolean plain, boolean secure, boolean reusePort) {}

  private ClientPort(ClientPortSettings settings, GrpcCounters counters) {
    this.settings = settings;
    this.counters = counters;
    this.tls = settings.tls() == null ? null : PortTls.ofAllProtocols(settings.tls());
    this.loops =
        new MultiThreadIoEventLoopGroup(
            settings.eventLoops(),
            new DefaultThreadFactory("netty", true),
            NioIoHandler.newFactory());
  }

  /**
   * Binds the addresses and starts serving.
   *
   * @param site serves everything but gRPC
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
   * Binds the addresses and starts serving; every call of a service that is not given ends with the
   * same error.
   *
   * @param site serves everything but gRPC
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
    ClientPort port = new ClientPort(settings, counters);
    GoRequests requests = new GoRequests(settings.receiveBytesMax());
    List<ServerServiceDefinition> definitions = new ArrayList<>();
    for (BindableService service : services) {
      ServerServiceDefinition definition = service.bindService();
      counters.register(definition);
      definitions.add(requests.wrap(definition));
    }
    try {
      for (Map.Entry<Kind, List<SocketAddress>> alike : byKind(settings.listen()).entrySet()) {
        NettyServerBuilder builder = port.builder(alike.getKey(), alike.getValue(), site);
        definitions.forEach(builder::addService);
        builder.fallbackHandlerRegistry(otherMethods);
        port.open(alike.getKey(), alike.getValue(), builder.build());
      }
      return port;
    } catch (IOException e) {
      port.close();
      throw e;
    }
  }

  /** Groups the addresses. The same address may be listed twice, with TLS and without. */
  private static Map<Kind, List<SocketAddress>> byKind(List<ListenAddress> addresses) {
    Map<Kind, List<SocketAddress>> kinds = new LinkedHashMap<>();
    for (ListenAddress address : addresses) {
      boolean both = !address.isAnyPort() && addresses.contains(address.ofOtherSecurity());
      Kind kind =
          new Kind(
              address.isUnix(),
              both || !address.secure(),
              both || address.secure(),
              address.reusePort());
      List<SocketAddress> alike = kinds.computeIfAbsent(kind, none -> new ArrayList<>());
      if (!both || !alike.contains(address.address())) {
        alike.add(address.address());
      }
    }
    return kinds;
  }

  private NettyServerBuilder builder(Kind kind, List<SocketAddress> alike, HttpSite site) {
    HttpLimits limits = HttpLimits.of(settings.receiveBytesMax());
    HttpSite served = kind.plain() ? site : site.openToAllHosts();
    SniffingNegotiator negotiator =
        new SniffingNegotiator(
            connections, kind.plain(), kind.secure() ? tls : null, served, limits);
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
                alike.get(0), InternalNettyServerCredentials.create(negotiator))
            .channelType(
                kind.unix() ? NioServerDomainSocketChannel.class : NioServerSocketChannel.class)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .withOption(ChannelOption.SO_BACKLOG, ACCEPT_BACKLOG)
            .directExecutor()
            .maxInboundMessageSize(settings.refusedBytesMax())
            .maxInboundMetadataSize(METADATA_BYTES_MAX)
            .flowControlWindow(WINDOW_BYTES)
            .handshakeTimeout(settings.handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .addStreamTracerFactory(counters);
    settings.rules().apply(builder);
    if (!kind.unix()) {
      builder.withChildOption(ChannelOption.TCP_NODELAY, true);
    }
    if (kind.reusePort()) {
      builder.withOption(ListenAddress.REUSE_PORT, true);
    }
    alike.stream().skip(1).forEach(builder::addListenAddress);
    return builder;
  }

  private void open(Kind kind, List<SocketAddress> alike, Server server) throws IOException {
    for (SocketAddress address : alike) {
      UnixSockets.deleteStale(new ListenAddress(address, kind.secure()));
    }
    server.start();
    servers.add(server);
    for (SocketAddress bound : server.getListenSockets()) {
      if (kind.plain()) {
        addresses.add(new ListenAddress(bound, false));
      }
      if (kind.secure()) {
        addresses.add(new ListenAddress(bound, true));
      }
    }
  }

  /** The bound addresses, grouped by kind; one that serves both kinds of connections twice. */
  public List<ListenAddress> addresses() {
    return List.copyOf(addresses);
  }

  /** The number of open connections. */
  int connections() {
    return connections.size();
  }

  /**
   * Stops accepting connections, gives unary calls a moment to finish, then closes all connections.
   *
   * <p>The connections are closed abruptly, not stream by stream: grpc-java would reset each stream
   * with CANCEL, which etcd's Go client takes for the end of its watch, while after a lost
   * connection it goes to another member.
   */
  @Override
  public void close() {
    servers.forEach(Server::shutdown);
    awaitUnaryCalls();
    connections.forEach(ClientPort::cut);
    connections.close().awaitUninterruptibly(settings.stopGrace().toMillis());
    servers.forEach(Server::shutdownNow);
    addresses.forEach(UnixSockets::delete);
    if (tls != null) {
      tls.close();
    }
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private void awaitUnaryCalls() {
    long deadline = System.nanoTime() + settings.stopGrace().toNanos();
    try {
      while (counters.openUnaryCalls() > 0 && System.nanoTime() < deadline) {
        TimeUnit.MILLISECONDS.sleep(STOP_POLL_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes a connection at once. Any thread. */
  static void cut(Channel channel) {
    // Starts at the head of the pipeline, bypassing the HTTP/2 handler, which would wait for its
    // streams.
    var first = channel.pipeline().firstContext();
    if (first != null) {
      first.close();
    }
  }
}
