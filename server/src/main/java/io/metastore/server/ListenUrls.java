package io.metastore.server;

import io.metastore.adapter.etcd.port.ListenAddress;
import io.metastore.core.raft.PeerListen;
import io.metastore.server.config.EtcdUrl;
import io.metastore.server.config.ServerConfig;
import java.net.UnixDomainSocketAddress;
import java.util.List;

/** Converts URLs of flags to addresses of the ports. */
final class ListenUrls {
  private ListenUrls() {}

  /**
   * @param reusePort whether ports may be used that another process listens on
   */
  static List<ListenAddress> addresses(List<EtcdUrl> urls, boolean reusePort) {
    return urls.stream().map(url -> address(url, reusePort)).toList();
  }

  /** The addresses for other members, which are never Unix sockets. */
  static PeerListen peers(ServerConfig config) {
    return new PeerListen(
        config.listenPeerUrls().stream().map(EtcdUrl::socketAddress).toList(), config.reusePort());
  }

  private static ListenAddress address(EtcdUrl url, boolean reusePort) {
    return new ListenAddress(
        url.isUnix() ? UnixDomainSocketAddress.of(url.host()) : url.socketAddress(),
        url.isSecure(),
        reusePort);
  }
}
