package io.metastore.core.raft;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Holds back a new connection's first bytes until they show whether it speaks HTTP/2, as gRPC does,
 * then removes itself. Owned by the connection's event loop.
 */
final class PeerSniffer extends ChannelInboundHandlerAdapter {
  /** Length of {@code PRI}, which starts every HTTP/2 connection; no HTTP/1.1 method starts so. */
  private static final int PREFIX = 3;

  private static final int BODY_BYTES_MAX = 4096;
  private static final int HTTP_SECONDS_MAX = 30;

  private final GrpcHttp2ConnectionHandler grpc;
  private final ChannelHandler grpcNegotiation;
  private final PeerPages pages;

  private @Nullable ProtocolNegotiationEvent negotiation;
  private @Nullable ByteBuf seen;

  PeerSniffer(GrpcHttp2ConnectionHandler grpc, ChannelHandler grpcNegotiation, PeerPages pages) {
    this.grpc = grpc;
    this.grpcNegotiation = grpcNegotiation;
    this.pages = pages;
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
    if (first.readableBytes() < PREFIX) {
      return;
    }
    seen = null;
    ChannelPipeline pipeline = ctx.pipeline();
    if (first.toString(first.readerIndex(), PREFIX, US_ASCII).equals("PRI")) {
      pipeline.addAfter(ctx.name(), null, grpcNegotiation);
      // The event first: gRPC adds its HTTP/2 handler when it receives the event, and that handler
      // must see the bytes.
      ctx.fireUserEventTriggered(requireNonNull(negotiation, "active before it is read"));
    } else {
      // gRPC's server stops tracking the connection, including its handshake timeout.
      grpc.notifyUnused();
      while (pipeline.last() != this) {
        pipeline.removeLast();
      }
      ctx.executor().schedule(() -> ctx.channel().close(), HTTP_SECONDS_MAX, TimeUnit.SECONDS);
      pipeline.addLast(
          new HttpServerCodec(), new HttpObjectAggregator(BODY_BYTES_MAX), new PageHandler(pages));
    }
    // From this handler on, not from the head of the pipeline: the TLS handler must not see the
    // bytes again.
    ctx.fireChannelRead(first);
    pipeline.remove(this);
  }
}
