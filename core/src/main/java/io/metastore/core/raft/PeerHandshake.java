package io.metastore.core.raft;

import io.grpc.netty.ProtocolNegotiationEvent;
import io.metastore.tls.HandshakeFailure;
import io.metastore.tls.TlsContext;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Performs the TLS handshake of a new connection to the peer port, then replaces itself with the
 * next handler. A refused connection is logged and closed. Owned by the connection's event loop.
 */
final class PeerHandshake extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(PeerHandshake.class);

  private final PeerTls tls;
  private final ChannelHandler next;
  private @Nullable SslHandler ssl;
  private @Nullable ProtocolNegotiationEvent negotiation;

  /**
   * @param next handles the connection once it is secure
   */
  PeerHandshake(PeerTls tls, ChannelHandler next) {
    this.tls = tls;
    this.next = next;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
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
        InetSocketAddress remote = (InetSocketAddress) ctx.channel().remoteAddress();
        HandshakeFailure.log(LOG, "peer", remote, ssl.engine(), completed.cause());
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
      ctx.fireUserEventTriggered(negotiation);
    }
    ctx.pipeline().remove(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Already reported by the handshake event, or a connection reset by the peer.
    ctx.close();
  }
}
