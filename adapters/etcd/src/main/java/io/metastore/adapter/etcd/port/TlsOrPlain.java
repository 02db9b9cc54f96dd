package io.metastore.adapter.etcd.port;

import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.group.ChannelGroup;
import org.jspecify.annotations.Nullable;

/**
 * Decides by the first byte of a new connection whether its client uses TLS, on an address that
 * serves both kinds. Owned by the connection's event loop.
 */
final class TlsOrPlain extends ChannelInboundHandlerAdapter {
  /** The first byte of every TLS handshake (RFC 8446, section 5.1). No HTTP method begins so. */
  private static final int HANDSHAKE = 22;

  private final ChannelGroup connections;
  private final ChannelHandler tls;
  private final ChannelHandler plain;
  private @Nullable ProtocolNegotiationEvent negotiation;

  /**
   * @param connections receives every connection
   * @param tls replaces this handler if the client uses TLS, {@code plain} otherwise
   */
  TlsOrPlain(ChannelGroup connections, ChannelHandler tls, ChannelHandler plain) {
    this.connections = connections;
    this.tls = tls;
    this.plain = plain;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    connections.add(ctx.channel());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ProtocolNegotiationEvent begun) {
      negotiation = begun;
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    boolean secure = bytes.getUnsignedByte(bytes.readerIndex()) == HANDSHAKE;
    ctx.pipeline().addAfter(ctx.name(), null, secure ? tls : plain);
    if (negotiation != null) {
      ctx.fireUserEventTriggered(negotiation);
    }
    ctx.fireChannelRead(bytes);
    ctx.pipeline().remove(this);
  }
}
