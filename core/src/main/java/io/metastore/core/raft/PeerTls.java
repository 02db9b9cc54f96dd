package io.metastore.core.raft;

import static java.util.Objects.requireNonNull;

import io.metastore.tls.HandshakeFailure;
import io.metastore.tls.TlsContext;
import io.metastore.tls.TlsSettings;
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
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * TLS between members, for Raft's messages and {@link PeerCall}s. Thread-safe; holds no resources
 * that need closing.
 */
public final class PeerTls {
  private static final int HANDSHAKE_THREADS = 2;
  private static final long HANDSHAKE_THREAD_IDLE_SECONDS = 60;

  /** A connection is closed if its handshake takes longer. */
  private static final long HANDSHAKE_SECONDS_MAX = 20;

  private final @Nullable SslContext server;
  private final SslContext client;
  private final Executor handshakes;

  private PeerTls(@Nullable TlsContext server, TlsContext client) {
    // HTTP/1.1 is preferred: gRPC offers h2 only, and tools that offer both want a page.
    this.server = server == null ? null : netty(server, /* isClient= */ false, "http/1.1", "h2");
    this.client = netty(client, /* isClient= */ true, "h2");
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            HANDSHAKE_THREADS,
            HANDSHAKE_THREADS,
            HANDSHAKE_THREAD_IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new DefaultThreadFactory("peer-tls-handshake", true));
    threads.allowCoreThreadTimeOut(true);
    this.handshakes = threads;
  }

  /**
   * Reads the certificate and key files.
   *
   * @param forServer whether connections that this member accepts use TLS, too; otherwise only
   *     those that it opens to members with {@code https} URLs
   * @throws IOException if a file cannot be read or used
   */
  public static PeerTls open(TlsSettings settings, boolean forServer) throws IOException {
    return new PeerTls(forServer ? TlsContext.server(settings) : null, TlsContext.client(settings));
  }

  private static SslContext netty(TlsContext tls, boolean isClient, String... protocols) {
    return new JdkSslContext(
        tls.context(),
        isClient,
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

  /** Whether connections that this member accepts use TLS. */
  boolean isForServer() {
    return server != null;
  }

  /** The TLS context for connections that this member opens. */
  SslContext client() {
    return client;
  }

  /** The TLS handler for a connection that this member accepted; only {@link #isForServer}. */
  SslHandler newHandler(Channel connection) {
    InetSocketAddress remote = (InetSocketAddress) connection.remoteAddress();
    SslHandler handler =
        requireNonNull(server, "server")
            .newHandler(
                connection.alloc(),
                remote.getAddress().getHostAddress(),
                remote.getPort(),
                handshakes);
    HandshakeFailure.prepare(handler.engine());
    handler.setHandshakeTimeout(HANDSHAKE_SECONDS_MAX, TimeUnit.SECONDS);
    return handler;
  }
}
