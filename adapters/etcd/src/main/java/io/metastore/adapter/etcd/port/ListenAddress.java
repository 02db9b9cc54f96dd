package io.metastore.adapter.etcd.port;

import static java.util.Objects.requireNonNull;

import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;

/**
 * An address to listen on.
 *
 * @param address a TCP address, where port 0 selects a free port, or a Unix socket
 * @param secure whether connections must use TLS
 * @param reusePort whether a TCP port may be used that another process listens on with the same
 *     option; false for a Unix socket
 */
public record ListenAddress(SocketAddress address, boolean secure, boolean reusePort) {
  /** The option of a listener whose port may be reused. */
  static final ChannelOption<Boolean> REUSE_PORT =
      NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT);

  public ListenAddress {
    requireNonNull(address, "address");
    reusePort = reusePort && !(address instanceof UnixDomainSocketAddress);
  }

  /** An address whose port no other process uses. */
  public ListenAddress(SocketAddress address, boolean secure) {
    this(address, secure, false);
  }

  /** An address without TLS. */
  public static ListenAddress plain(InetSocketAddress address) {
    return new ListenAddress(address, false);
  }

  /** Whether the system chooses the port. */
  boolean isAnyPort() {
    return address instanceof InetSocketAddress tcp && tcp.getPort() == 0;
  }

  /** The same address with TLS instead of without, or the other way round. */
  ListenAddress ofOtherSecurity() {
    return new ListenAddress(address, !secure, reusePort);
  }

  boolean isUnix() {
    return address instanceof UnixDomainSocketAddress;
  }

  /** {@code 127.0.0.1:2379}, or the path of a Unix socket. */
  @Override
  public String toString() {
    return address instanceof InetSocketAddress tcp
        ? tcp.getAddress().getHostAddress() + ":" + tcp.getPort()
        : address.toString();
  }
}
