package io.metastore.adapter.etcd.port;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.InternalChannelz;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.metastore.tls.HandshakeFailure;
import io.metastore.tls.TlsContext;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.group.ChannelGroup;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Performs the TLS handshake of a new connection, then installs the handlers that serve it. A
 * refused connection is logged and closed. Owned by the connection's event loop.
 */
final class TlsHandshake extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(TlsHandshake.class);

  private final PortTls tls;
  private final ChannelGroup connections;
  private final ChannelHandler next;
  private @Nullable SslHandler ssl;
  private @Nullable ProtocolNegotiationEvent negotiation;

  /**
   * @param connections receives every connection, from its beginning
   * @param next replaces this handler when the connection is secure
   */
  TlsHandshake(PortTls tls, ChannelGroup connections, ChannelHandler next) {
    this.tls = tls;
    this.connections = connections;
    this.next = next;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    connections.add(ctx.channel());
    ssl = tls.newHandler(ctx.channel());
    ctx.pipeline().addBefore(ctx.name(), null, ssl);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ProtocolNegotiationEvent begun) {
      negotiation = begun;
    } else if (event instanceof SslHandshakeCompletionEvent completed && ssl != null) {
      if (completed.isSuccess()) {
        accept(ctx, ssl);
      } else {
        HandshakeFailure.log(
            LOG, "client", ctx.channel().remoteAddress(), ssl.engine(), completed.cause());
        ctx.close();
      }
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  private void accept(ChannelHandlerContext ctx, SslHandler accepted) {
    TlsContext.forbidResumption(accepted.engine());
    ctx.pipeline().addAfter(ctx.name(), null, next);
    if (negotiation != null) {
      ctx.fireUserEventTriggered(withSession(negotiation, accepted.engine().getSession()));
    }
    ctx.pipeline().remove(this);
  }

  /**
   * Adds the TLS session, with the client's certificate, to the attributes of the connection's
   * calls.
   */
  private static ProtocolNegotiationEvent withSession(
      ProtocolNegotiationEvent event, SSLSession session) {
    Attributes attributes =
        InternalProtocolNegotiationEvent.getAttributes(event).toBuilder()
            .set(Grpc.TRANSPORT_ATTR_SSL_SESSION, session)
            .build();
    return InternalProtocolNegotiationEvent.withSecurity(
        InternalProtocolNegotiationEvent.withAttributes(event, attributes),
        new InternalChannelz.Security(new InternalChannelz.Tls(session)));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Already reported by the event, or a reset by the client.
    ctx.close();
  }
}
