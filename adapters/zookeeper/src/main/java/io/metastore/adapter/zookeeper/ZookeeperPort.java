package io.metastore.adapter.zookeeper;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Metastore;
import io.metastore.core.command.Identity;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
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
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The addresses on which ZooKeeper clients are served. */
public final class ZookeeperPort implements AutoCloseable {
  private static final long CHECK_S = 1;

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(
          Math.max(2, Runtime.getRuntime().availableProcessors() / 2),
          new DefaultThreadFactory("netty-zookeeper", true),
          NioIoHandler.newFactory());
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final List<Channel> sockets = new ArrayList<>();
  private final List<Listener> listeners = new ArrayList<>();
  private final @Nullable TlsHandlers tls;

  private final PortStatus status;
  private final Authenticator authenticator;

  private ZookeeperPort(
      PortStatus status, Authenticator authenticator, @Nullable ZookeeperTls tls) {
    this.status = status;
    this.authenticator = authenticator;
    this.tls = tls == null ? null : new TlsHandlers(tls);
  }

  /** An address to listen on. */
  public record Listener(InetSocketAddress address, boolean secure) {}

  /**
   * Binds the addresses and starts serving.
   *
   * @param tls of the secure addresses; null if there are none
   * @throws IOException if an address cannot be bound
   */
  public static ZookeeperPort start(
      List<Listener> addresses,
      @Nullable ZookeeperTls tls,
      Metastore store,
      ZookeeperSettings settings)
      throws IOException {
    WatchTable watches = new WatchTable();
    Sessions sessions = new Sessions(watches);
    store.listenToTree(sessions);
    PortContext context =
        new PortContext(
            store,
            settings,
            watches,
            sessions,
            new LocalSessions(System::nanoTime),
            new RequestThrottle(settings.sessions().requestsMax()),
            new PacketMemory(),
            new RequestMemory(),
            new PortStats(),
            new Authenticator(settings.authentication()),
            new Reconfiguration(store, settings.reconfig(), () -> Instant.now().getEpochSecond()),
            new SecureRandom());
    PortStatus status = new PortStatus(context);
    FourLetterWords words = new FourLetterWords(context, status);
    AddressLimit limit = new AddressLimit(settings.connectionsPerAddressMax(), context.stats());
    ZookeeperPort port = new ZookeeperPort(status, context.authenticator(), tls);
    port.everySecond(context.localSessions()::expire);
    if (settings.sessions().servesReadOnly()) {
      port.everySecond(() -> sessions.servedAs(context.serving()));
    }
    for (Listener listener : addresses) {
      TlsHandlers handlers = listener.secure() ? requireNonNull(port.tls, "tls") : null;
      port.bind(
          listener,
          connection -> {
            connection.pipeline().addLast(limit);
            if (handlers != null) {
              connection.pipeline().addLast(handlers.newHandler(connection));
            }
            connection.pipeline().addLast(new PacketHandler(context, words));
          });
    }
    return port;
  }

  private void everySecond(Runnable check) {
    loops.scheduleWithFixedDelay(check, CHECK_S, CHECK_S, TimeUnit.SECONDS);
  }

  private void bind(Listener listener, Consumer<Channel> handlers) throws IOException {
    var bound =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    connections.add(connection);
                    handlers.accept(connection);
                  }
                })
            .bind(listener.address())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      close();
      throw new IOException("listen on " + listener.address(), bound.cause());
    }
    sockets.add(bound.channel());
    listeners.add(
        new Listener((InetSocketAddress) bound.channel().localAddress(), listener.secure()));
  }

  /** The bound addresses, in the given order. */
  public List<Listener> listeners() {
    return List.copyOf(listeners);
  }

  /**
   * The identities that credentials prove, for other doors to the tree; empty if they are invalid.
   *
   * @param credentials {@code user:password} for the scheme {@code digest}
   */
  public List<Identity> authenticate(String scheme, String credentials) {
    return authenticator.authenticate(scheme, ByteString.copyFromUtf8(credentials));
  }

  /** What monitoring wants to know. */
  public PortStatus status() {
    return status;
  }

  /** Closes all connections. Sessions continue until they expire. */
  @Override
  public void close() {
    sockets.forEach(Channel::close);
    connections.close().awaitUninterruptibly();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    if (tls != null) {
      tls.close();
    }
  }
}
