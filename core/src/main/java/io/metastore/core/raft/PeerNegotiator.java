package io.metastore.core.raft;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@link PeerPages} to connections to the peer port that speak HTTP/1.1. Does for Ratis'
 * copy of gRPC what the client port's negotiator does for gRPC itself (ADR 10).
 */
final class PeerNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {
  private final PeerPages pages;

  /** Null for connections without TLS. */
  private final @Nullable PeerTls tls;

  /**
   * @param tls null if this member has no certificates
   */
  PeerNegotiator(PeerPages pages, @Nullable PeerTls tls) {
    this.pages = pages;
    this.tls = tls != null && tls.isForServer() ? tls : null;
  }

  @Override
  public AsciiString scheme() {
    return AsciiString.of(tls == null ? "http" : "https");
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
    PeerSniffer sniffer =
        new PeerSniffer(grpc, InternalProtocolNegotiators.grpcNegotiationHandler(grpc), pages);
    ChannelHandler first = tls == null ? sniffer : new PeerHandshake(tls, sniffer);
    return InternalProtocolNegotiators.waitUntilActiveHandler(first, grpc.getNegotiationLogger());
  }

  @Override
  public void close() {
    // There is nothing to release.
  }
}
