package io.metastore.adapter.etcd.port;

import static java.util.Objects.requireNonNull;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.metastore.adapter.grpc.PacedConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a new connection's first bytes until they reveal the protocol, then installs the handlers
 * for it. Owned by the connection's event loop.
 *
 * <p>A connection that does not send enough bytes is closed by gRPC's handshake timeout.
 */
final class ProtocolSniffer extends ChannelDuplexHandler {
  /** HTTP/2 begins with {@code PRI}; no HTTP/1.1 method does. */
  private static final int PREFIX = 3;

  private final ChannelGroup connections;
  private final GrpcHttp2ConnectionHandler grpc;
  private final ChannelHandler grpcNegotiation;
  private final Consumer<ChannelPipeline> http1;

  private @Nullable ProtocolNegotiationEvent negotiation;
  private @Nullable ByteBuf seen;
  private boolean openingGrpc;

  ProtocolSniffer(
      ChannelGroup connections,
      GrpcHttp2ConnectionHandler grpc,
      ChannelHandler grpcNegotiation,
      Consumer<ChannelPipeline> http1) {
    this.connections = connections;
    this.grpc = grpc;
    this.grpcNegotiation = grpcNegotiation;
    this.http1 = http1;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    connections.add(ctx.channel());
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (seen != null) {
      seen.release();
      seen = null;
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ProtocolNegotiationEvent negotiated) {
      negotiation = negotiated;
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    ByteBuf first =
        seen == null
            ? bytes
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), seen, bytes);
    seen = first;
    if (!looksLikeHttp(first)) {
      ctx.close();
    } else if (first.readableBytes() >= PREFIX) {
      seen = null;
      if (first.toString(first.readerIndex(), PREFIX, StandardCharsets.US_ASCII).equals("PRI")) {
        becomeGrpc(ctx, first);
      } else {
        becomeHttp1(ctx, first);
      }
    }
  }

  /**
   * Ignores the flushes of gRPC's HTTP/2 handler while it is being added. It flushes its settings,
   * its window and its acknowledgement of the client's settings one by one; this way all three
   * leave in one write, when the current read is complete.
   */
  @Override
  public void flush(ChannelHandlerContext ctx) {
    if (!openingGrpc) {
      ctx.flush();
    }
  }

  // The next handlers are added after this one and receive the bytes from here. A TLS handler is
  // before it and must not see the bytes again.

  private void becomeGrpc(ChannelHandlerContext ctx, ByteBuf first) {
    openingGrpc = true;
    ChannelPipeline pipeline = ctx.pipeline();
    pipeline.addAfter(ctx.name(), null, grpcNegotiation);
    // First the event, on which gRPC adds its HTTP/2 handler, then the bytes, which that handler
    // must see.
    ctx.fireUserEventTriggered(
        withPacing(requireNonNull(negotiation, "active before it is read"), ctx.channel()));
    ctx.fireChannelRead(first);
    pipeline.remove(this);
  }

  private ProtocolNegotiationEvent withPacing(ProtocolNegotiationEvent event, Channel channel) {
    return InternalProtocolNegotiationEvent.withAttributes(
        event,
        InternalProtocolNegotiationEvent.getAttributes(event).toBuilder()
            .set(PacedConnection.ATTRIBUTE, new GrpcConnection(grpc, channel))
            .build());
  }

  private void becomeHttp1(ChannelHandlerContext ctx, ByteBuf first) {
    ChannelPipeline pipeline = ctx.pipeline();
    // gRPC's server forgets the connection and its handshake timeout.
    grpc.notifyUnused();
    while (pipeline.last() != this) {
      pipeline.removeLast();
    }
    http1.accept(pipeline);
    ctx.fireChannelRead(first);
    pipeline.remove(this);
  }

  /** HTTP method names are capital letters. An unexpected TLS hello, or random bytes, are not. */
  private static boolean looksLikeHttp(ByteBuf bytes) {
    int length = Math.min(PREFIX, bytes.readableBytes());
    for (int i = 0; i < length; i++) {
      byte b = bytes.getByte(bytes.readerIndex() + i);
      if (b < 'A' || b > 'Z') {
        return false;
      }
    }
    return true;
  }
}
