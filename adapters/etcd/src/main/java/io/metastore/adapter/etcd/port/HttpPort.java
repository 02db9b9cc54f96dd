package io.metastore.adapter.etcd.port;

import io.metastore.adapter.etcd.EtcdLimits;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Addresses that speak HTTP/1.1 only: etcd's {@code --listen-metrics-urls} and the like. */
public final class HttpPort implements AutoCloseable {
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("netty-http", true), NioIoHandler.newFactory());
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final List<Channel> listeners = new ArrayList<>();

  private HttpPort() {}

  /**
   * Listens, and serves from then on.
   *
   * @param maxRequestBytes the largest request that the store takes
   * @throws IOException if an address cannot be bound
   */
  public static HttpPort start(
      List<InetSocketAddress> addresses, HttpSite site, int maxRequestBytes) throws IOException {
    HttpPort port = new HttpPort();
    HttpLimits limits = HttpLimits.of(EtcdLimits.receiveBytesMax(maxRequestBytes));
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(port.loop)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    port.connections.add(connection);
                    Http1Handler.install(connection.pipeline(), site, limits);
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

  /** Where it listens, in the order of the settings. */
  public List<InetSocketAddress> addresses() {
    return listeners.stream().map(listener -> (InetSocketAddress) listener.localAddress()).toList();
  }

  /** Cuts all connections. */
  @Override
  public void close() {
    listeners.forEach(Channel::close);
    connections.close().awaitUninterruptibly();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
