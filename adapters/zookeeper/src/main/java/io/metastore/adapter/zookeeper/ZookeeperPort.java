package io.metastore.adapter.zookeeper;

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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The addresses on which ZooKeeper clients are served. */
public final class ZookeeperPort implements AutoCloseable {
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(
          Math.max(2, Runtime.getRuntime().availableProcessors() / 2),
          new DefaultThreadFactory("netty-zookeeper", true),
          NioIoHandler.newFactory());
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final List<Channel> listeners = new ArrayList<>();

  private final PortStatus status;
  private final Authenticator authenticator;

  private ZookeeperPort(PortStatus status, Authenticator authenticator) {
    this.status = status;
    this.authenticator = authenticator;
  }

  /**
   * Binds the addresses and starts serving.
   *
   * @throws IOException if an address cannot be bound
   */
  public static ZookeeperPort start(
      List<InetSocketAddress> addresses, Metastore store, ZookeeperSettings settings)
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
            new PortStats(),
            new Authenticator(settings.superDigest()),
            new SecureRandom());
    PortStatus status = new PortStatus(context);
    FourLetterWords words = new FourLetterWords(context, status);
    AddressLimit limit = new AddressLimit(settings.connectionsPerAddressMax());
    ZookeeperPort port = new ZookeeperPort(status, context.authenticator());
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(port.loops)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    port.connections.add(connection);
                    connection.pipeline().addLast(limit, new PacketHandler(context, words));
                  }
                });
    for (InetSocketAddress address : addresses) {
      var bound = bootstrap.bind(address).awaitUninterruptibly();
      if (!bound.isSuccess()) {
        port.close();
        throw new IOException("listen on " + address, bound.cause());
      }
      port.listeners.add(bound.channel());
    }
    return port;
  }

  /** The bound addresses, in the given order. */
  public List<InetSocketAddress> addresses() {
    return listeners.stream().map(listener -> (InetSocketAddress) listener.localAddress()).toList();
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
    listeners.forEach(Channel::close);
    connections.close().awaitUninterruptibly();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
