package io.metastore.adapter.etcd.port;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Decides for each connection, by its first bytes (within TLS, if it is used), whether HTTP/2 or
 * HTTP/1.1 serves it. On HTTP/2 connections, {@link Http2Requests} serves what is not gRPC's.
 *
 * <p>grpc-java has no supported way to share a port. This uses the hook of its own xDS and ALTS
 * modules ({@code @Internal}); therefore grpc's version is pinned, and {@code ClientPortTest} fails
 * if the hook changes. See ADR 10.
 */
final class SniffingNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {
  private final ChannelGroup connections;
  private final boolean plain;
  private final @Nullable PortTls tls;
  private final HttpSite site;
  private final HttpLimits limits;

  /**
   * @param connections receives every accepted connection
   * @param plain whether connections without TLS are served
   * @param tls null if connections with TLS are not served
   * @param site serves everything but gRPC
   */
  SniffingNegotiator(
      ChannelGroup connections,
      boolean plain,
      @Nullable PortTls tls,
      HttpSite site,
      HttpLimits limits) {
    this.connections = connections;
    this.plain = plain;
    this.tls = tls;
    this.site = site;
    this.limits = limits;
  }

  @Override
  public AsciiString scheme() {
    return AsciiString.of(tls == null ? "http" : "https");
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
    Http2Requests.install(grpc, site, limits);
    ProtocolSniffer sniffer =
        new ProtocolSniffer(
            connections,
            grpc,
            InternalProtocolNegotiators.grpcNegotiationHandler(grpc),
            pipeline -> Http1Handler.install(pipeline, site, limits));
    return InternalProtocolNegotiators.waitUntilActiveHandler(
        first(sniffer), grpc.getNegotiationLogger());
  }

  private ChannelHandler first(ProtocolSniffer sniffer) {
    if (tls == null) {
      return sniffer;
    }
    TlsHandshake handshake = new TlsHandshake(tls, connections, sniffer);
    return plain ? new TlsOrPlain(connections, handshake, sniffer) : handshake;
  }

  @Override
  public void close() {
    // The resources belong to the port.
  }
}
