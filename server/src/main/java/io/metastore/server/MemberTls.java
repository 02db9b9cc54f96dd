package io.metastore.server;

import io.metastore.adapter.zookeeper.ZookeeperTls;
import io.metastore.adapter.zookeeper.ZookeeperTls.ClientCertificates;
import io.metastore.core.raft.PeerTls;
import io.metastore.server.config.EtcdUrl;
import io.metastore.server.config.ServerConfig;
import io.metastore.server.config.TlsConfig;
import io.metastore.tls.TlsContext;
import io.metastore.tls.TlsSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the certificates that a member needs for its URLs, with the same log lines as etcd. */
final class MemberTls {
  private static final Logger LOG = LoggerFactory.getLogger(MemberTls.class);

  private MemberTls() {}

  /**
   * TLS for client connections; null if no client URL uses TLS.
   *
   * @throws IOException if a file cannot be read or used
   */
  static @Nullable TlsContext clients(ServerConfig config) throws IOException {
    List<EtcdUrl> urls = new ArrayList<>(config.listenClientUrls());
    urls.addAll(config.http().listenClientHttpUrls());
    urls.addAll(config.http().listenMetricsUrls());
    TlsConfig.Side side = findSide("client", config.tls().clients(), urls);
    return side == null ? null : TlsContext.server(side.prepare());
  }

  /**
   * The certificates for connections between members; null if none are configured.
   *
   * @throws IOException if a file cannot be read or used
   */
  static @Nullable PeerTls peers(ServerConfig config) throws IOException {
    TlsConfig.Side side = config.tls().peers();
    if (side == null) {
      return null;
    }
    // Also without https on its own URLs, a member needs certificates for those of the others.
    boolean forServer = findSide("peer", side, config.listenPeerUrls()) != null;
    return PeerTls.open(side.prepare(), forServer);
  }

  /**
   * TLS for ZooKeeper clients; null if none of their URLs uses TLS. ZooKeeper's own settings come
   * before those of the client port.
   *
   * @throws IOException if a file cannot be read or used
   */
  static @Nullable ZookeeperTls zookeeper(ServerConfig config, ZookeeperProperties properties)
      throws IOException {
    if (config.zookeeper().listenUrls().stream().noneMatch(EtcdUrl::isSecure)) {
      return null;
    }
    TlsSettings own = properties.findTls();
    if (own != null) {
      return new ZookeeperTls(TlsContext.server(own), properties.clientCertificates());
    }
    TlsConfig.Side side = config.tls().clients();
    if (side == null) {
      throw new IOException(
          "ZooKeeper clients over TLS need --cert-file and --key-file, or the property"
              + " zookeeper.ssl.keyStore.location");
    }
    TlsSettings settings = side.prepare();
    return new ZookeeperTls(
        TlsContext.server(settings),
        settings.requiresClientCertificate()
            ? ClientCertificates.REQUIRED
            : ClientCertificates.NONE);
  }

  /** The TLS configuration to use; null if no URL uses TLS. */
  private static TlsConfig.@Nullable Side findSide(
      String name, TlsConfig.@Nullable Side side, List<EtcdUrl> urls) {
    if (side == null) {
      return null;
    }
    LOG.atInfo()
        .addKeyValue("tls-info", side.settings())
        .addKeyValue("cipher-suites", side.settings().cipherSuites())
        .log("starting with {} TLS", name);
    for (EtcdUrl url : urls) {
      if (!url.isSecure()) {
        LOG.atWarn()
            .addKeyValue(name + "-url", url)
            .log(
                "scheme is http or unix while key and cert files are present; ignoring key and cert"
                    + " files");
      }
    }
    return urls.stream().anyMatch(EtcdUrl::isSecure) ? side : null;
  }
}
