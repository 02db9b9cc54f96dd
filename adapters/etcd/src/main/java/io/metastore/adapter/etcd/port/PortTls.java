package io.metastore.adapter.etcd.port;

import io.metastore.tls.TlsContext;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * TLS of the client addresses. Signatures, files and DNS lookups are handled on separate threads,
 * so that no handshake delays other connections.
 */
final class PortTls implements AutoCloseable {
  private static final int THREADS = 2;

  /** A connection whose handshake takes longer is closed. */
  private static final long HANDSHAKE_SECONDS_MAX = 20;

  /**
   * In the order of our preference. gRPC clients offer only {@code h2}. Clients that offer both,
   * such as browsers, curl and Prometheus, want HTTP, which is served over HTTP/1.1. Clients that
   * offer only other protocols are refused.
   */
  private static final ApplicationProtocolConfig PROTOCOLS =
      new ApplicationProtocolConfig(
          Protocol.ALPN,
          SelectorFailureBehavior.FATAL_ALERT,
          SelectedListenerFailureBehavior.ACCEPT,
          "http/1.1",
          "h2");

  private final SslContext context;
  private final ExecutorService handshakes =
      Executors.newFixedThreadPool(THREADS, new DefaultThreadFactory("tls-handshake", true));

  PortTls(TlsContext tls) {
    this.context =
        new JdkSslContext(
            tls.context(),
            /* isClient= */ false,
            tls.cipherSuites(),
            IdentityCipherSuiteFilter.INSTANCE_DEFAULTING_TO_SUPPORTED_CIPHERS,
            PROTOCOLS,
            tls.requiresClientCertificate() ? ClientAuth.REQUIRE : ClientAuth.NONE,
            tls.protocols().toArray(String[]::new),
            /* startTls= */ false);
  }

  SslHandler newHandler(Channel connection) {
    SslHandler handler =
        connection.remoteAddress() instanceof InetSocketAddress remote
            ? context.newHandler(
                connection.alloc(),
                remote.getAddress().getHostAddress(),
                remote.getPort(),
                handshakes)
            : context.newHandler(connection.alloc(), handshakes);
    handler.setHandshakeTimeout(HANDSHAKE_SECONDS_MAX, TimeUnit.SECONDS);
    return handler;
  }

  @Override
  public void close() {
    handshakes.shutdown();
  }
}
