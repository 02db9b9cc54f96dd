package io.metastore.adapter.etcd.port;

import io.metastore.tls.HandshakeFailure;
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

  private final SslContext context;
  private final ExecutorService handshakes =
      Executors.newFixedThreadPool(THREADS, new DefaultThreadFactory("tls-handshake", true));

  /** Accepts HTTP/2 and HTTP/1.1, and prefers HTTP/2, like etcd. */
  static PortTls ofAllProtocols(TlsContext tls) {
    return new PortTls(tls, "h2", "http/1.1");
  }

  /** Accepts HTTP/1.1 only. */
  static PortTls ofHttp1(TlsContext tls) {
    return new PortTls(tls, "http/1.1");
  }

  /**
   * @param protocols in the order of preference; clients that offer only others are refused
   */
  private PortTls(TlsContext tls, String... protocols) {
    this.context =
        new JdkSslContext(
            tls.context(),
            /* isClient= */ false,
            tls.cipherSuites(),
            IdentityCipherSuiteFilter.INSTANCE_DEFAULTING_TO_SUPPORTED_CIPHERS,
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.FATAL_ALERT,
                SelectedListenerFailureBehavior.ACCEPT,
                protocols),
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
    HandshakeFailure.prepare(handler.engine());
    handler.setHandshakeTimeout(HANDSHAKE_SECONDS_MAX, TimeUnit.SECONDS);
    return handler;
  }

  @Override
  public void close() {
    handshakes.shutdown();
  }
}
