package io.metastore.adapter.etcd.port;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import io.netty.util.AsciiString;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides for each connection, by its first bytes (within TLS, if it is used), whether gRPC or
 * HTTP/1.1 serves it.
 *
 * <p>grpc-java has no supported way to share a port. This uses the hook of its own xDS and ALTS
 * modules ({@code @Internal}); therefore grpc's version is pinned, and {@code ClientPortTest} fails
 * if the hook changes. See ADR 10.
 */
final class SniffingNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {
  private final ChannelGroup connections;
  private final @Nullable PortTls tls;
  private final Consumer<ChannelPipeline> http1;

  /**
   * @param connections receives every accepted connection
   * @param tls null for connections without TLS
   * @param http1 appends the handlers for an HTTP/1.1 connection
   */
  SniffingNegotiator(
      ChannelGroup connections, @Nullable PortTls tls, Consumer<ChannelPipeline> http1) {
    this.connections = connections;
    this.tls = tls;
    this.http1 = http1;
  }

  @Override
  public AsciiString scheme() {
    return AsciiString.of(tls == null ? "http" : "https");
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
    ProtocolSniffer sniffer =
        new ProtocolSniffer(
            connections, grpc, InternalProtocolNegotiators.grpcNegotiationHandler(grpc), http1);
    ChannelHandler first = tls == null ? sniffer : new TlsHandshake(tls, connections, sniffer);
    return InternalProtocolNegotiators.waitUntilActiveHandler(first, grpc.getNegotiationLogger());
  }

  @Override
  public void close() {
    // The resources belong to the port.
  }
}
