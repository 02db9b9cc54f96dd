package io.metastore.adapter.etcd.port;

import io.metastore.adapter.etcd.EtcdLimits;
import io.metastore.tls.TlsContext;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Addresses that serve HTTP/1.1 only, such as etcd's {@code --listen-metrics-urls}. */
public final class HttpPort implements AutoCloseable {
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("netty-http", true), NioIoHandler.newFactory());
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final List<Channel> listeners = new ArrayList<>();
  private final List<ListenAddress> addresses = new ArrayList<>();
  private final @Nullable PortTls tls;

  private HttpPort(@Nullable TlsContext tls) {
    this.tls = tls == null ? null : PortTls.ofHttp1(tls);
  }

  /**
   * Binds the addresses and starts serving.
   *
   * @param tls for the secure addresses; null if there are none
   * @param maxRequestBytes the largest request that the store accepts
   * @throws IOException if an address cannot be bound
   */
  public static HttpPort start(
      List<ListenAddress> addresses, @Nullable TlsContext tls, HttpSite site, int maxRequestBytes)
      throws IOException {
    HttpPort port = new HttpPort(tls);
    HttpLimits limits = HttpLimits.of(EtcdLimits.receiveBytesMax(maxRequestBytes));
    for (ListenAddress address : addresses) {
      port.open(address, site, limits);
    }
    return port;
  }

  private void open(ListenAddress address, HttpSite site, HttpLimits limits) throws IOException {
    UnixSockets.deleteStale(address);
    ServerBootstrap listener =
        new ServerBootstrap()
            .group(loop)
            .channel(
                address.isUnix()
                    ? NioServerDomainSocketChannel.class
                    : NioServerSocketChannel.class)
            .childHandler(connection(address, site, limits));
    if (address.reusePort()) {
      listener.option(ListenAddress.REUSE_PORT, true);
    }
    ChannelFuture bound = listener.bind(address.address()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      close();
      throw new IOException("listen on " + address, bound.cause());
    }
    listeners.add(bound.channel());
    addresses.add(new ListenAddress(bound.channel().localAddress(), address.secure()));
  }

  private ChannelHandler connection(ListenAddress address, HttpSite site, HttpLimits limits) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel connection) {
        connections.add(connection);
        if (!address.isUnix()) {
          connection.config().setOption(ChannelOption.TCP_NODELAY, true);
        }
        if (address.secure() && tls != null) {
          connection
              .pipeline()
              .addLast(new TlsHandshake(tls, connections, http(site.openToAllHosts(), limits)));
        } else {
          connection.pipeline().addLast(http(site, limits));
        }
      }
    };
  }

  private static ChannelHandler http(HttpSite site, HttpLimits limits) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel connection) {
        Http1Handler.install(connection.pipeline(), site, limits);
      }
    };
  }

  /** The bound addresses, in the order of the settings. */
  public List<ListenAddress> addresses() {
    return List.copyOf(addresses);
  }

  /** Closes all connections at once. */
  @Override
  public void close() {
    listeners.forEach(Channel::close);
    connections.close().awaitUninterruptibly();
    addresses.forEach(UnixSockets::delete);
    if (tls != null) {
      tls.close();
    }
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
