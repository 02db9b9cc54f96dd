package io.metastore.core.raft;

import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.List;

/**
 * The addresses on which a member listens for other members.
 *
 * @param addresses at least one
 * @param reusePort whether a port may be used that another process listens on with the same option
 */
public record PeerListen(List<InetSocketAddress> addresses, boolean reusePort) {

  public PeerListen {
    addresses = List.copyOf(addresses);
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("no address to listen on");
    }
  }

  /** One port of this host only. */
  public static PeerListen loopback(int port) {
    return new PeerListen(
        List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)), false);
  }

  InetSocketAddress first() {
    return addresses.get(0);
  }

  /** Adds everything but the first address to a server. */
  void addTo(NettyServerBuilder server) {
    addresses.stream().skip(1).forEach(server::addListenAddress);
    if (reusePort && Epoll.isAvailable()) {
      server.withOption(UnixChannelOption.SO_REUSEPORT, true);
    } else if (reusePort) {
      server.withOption(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
    }
  }
}
