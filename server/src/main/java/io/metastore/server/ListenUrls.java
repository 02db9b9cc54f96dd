package io.metastore.server;

import io.metastore.adapter.etcd.port.ListenAddress;
import io.metastore.server.config.EtcdUrl;
import java.net.UnixDomainSocketAddress;
import java.util.List;

/** Converts URLs of flags to addresses of the ports. */
final class ListenUrls {
  private ListenUrls() {}

  static List<ListenAddress> addresses(List<EtcdUrl> urls) {
    return urls.stream().map(ListenUrls::address).toList();
  }

  private static ListenAddress address(EtcdUrl url) {
    return new ListenAddress(
        url.isUnix() ? UnixDomainSocketAddress.of(url.host()) : url.socketAddress(),
        url.isSecure());
  }
}
