package io.metastore.adapter.zookeeper;

import io.metastore.tls.HandshakeFailure;
import io.netty.channel.Channel;
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
 * Makes the TLS handlers of connections. Signatures and files are handled on separate threads, so
 * that no handshake delays other connections.
 */
final class TlsHandlers implements AutoCloseable {
  private static final int THREADS = 2;

  /** A connection whose handshake takes longer is closed. */
  private static final long HANDSHAKE_SECONDS_MAX = 20;

  private final SslContext context;
  private final ExecutorService handshakes =
      Executors.newFixedThreadPool(THREADS, new DefaultThreadFactory("tls-zookeeper", true));

  TlsHandlers(ZookeeperTls tls) {
    this.context =
        new JdkSslContext(
            tls.context().context(),
            /* isClient= */ false,
            tls.context().cipherSuites(),
            IdentityCipherSuiteFilter.INSTANCE_DEFAULTING_TO_SUPPORTED_CIPHERS,
            /* apn= */ null,
            switch (tls.clientCertificates()) {
              case NONE -> ClientAuth.NONE;
              case WANTED -> ClientAuth.OPTIONAL;
              case REQUIRED -> ClientAuth.REQUIRE;
            },
            tls.context().protocols().toArray(String[]::new),
            /* startTls= */ false);
  }

  SslHandler newHandler(Channel connection) {
    InetSocketAddress remote = (InetSocketAddress) connection.remoteAddress();
    SslHandler handler =
        context.newHandler(
            connection.alloc(), remote.getAddress().getHostAddress(), remote.getPort(), handshakes);
    HandshakeFailure.prepare(handler.engine());
    handler.setHandshakeTimeout(HANDSHAKE_SECONDS_MAX, TimeUnit.SECONDS);
    return handler;
  }

  @Override
  public void close() {
    handshakes.shutdown();
  }
}
