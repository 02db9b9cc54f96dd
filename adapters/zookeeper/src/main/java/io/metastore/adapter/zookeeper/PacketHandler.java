package io.metastore.adapter.zookeeper;

import static java.util.Objects.requireNonNull;

import io.metastore.core.api.Consistency;
import io.metastore.tls.HandshakeFailure;
import io.metastore.tls.TlsContext;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Splits the input into packets. A connection that begins with a four-letter word is answered and
 * closed. A connection with neither is closed.
 */
final class PacketHandler extends ByteToMessageDecoder {
  private static final Logger LOG = LoggerFactory.getLogger(PacketHandler.class);

  /**
   * The first packet has 45 bytes. Before it has been checked, a connection must not take memory
   * for more.
   */
  private static final int FIRST_PACKET_BYTES_MAX = 1024;

  private final PortContext port;
  private final FourLetterWords words;
  private @Nullable ClientConnection connection;
  private boolean begun;
  private boolean answered;

  /** Bytes of {@link PacketMemory} taken for the packet that is arriving or waits. */
  private int memory;

  PacketHandler(PortContext port, FourLetterWords words) {
    this.port = port;
    this.words = words;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    connection = new ClientConnection(port, ctx, () -> resume(ctx));
    port.stats().connections(1);
    super.channelActive(ctx);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (answered) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (in.readableBytes() < Integer.BYTES) {
      return;
    }
    int length = in.getInt(in.readerIndex());
    if (!begun && words.isWord(length)) {
      answered = true;
      in.skipBytes(in.readableBytes());
      answer(ctx, length);
      return;
    }
    int bytesMax = begun ? port.settings().packetBytesMax() : FIRST_PACKET_BYTES_MAX;
    if (length < 0 || length > bytesMax) {
      reject(ctx, in, length, "closed a connection: invalid packet length");
      return;
    }
    if (in.readableBytes() < Integer.BYTES + length) {
      memory = memory > 0 ? memory : port.packetMemory().take(length);
      if (memory < 0) {
        memory = 0;
        reject(ctx, in, length, "closed a connection: too many large packets are incomplete");
      }
      return;
    }
    if (begun && !connection().hasRoom(length)) {
      return;
    }
    freeMemory();
    begun = true;
    in.skipBytes(Integer.BYTES);
    connection().received(in.readSlice(length));
  }

  /** Decodes the packets that arrived before reading was paused. */
  private void resume(ChannelHandlerContext ctx) {
    try {
      channelRead(ctx, Unpooled.EMPTY_BUFFER);
      channelReadComplete(ctx);
    } catch (Exception e) {
      exceptionCaught(ctx, e);
    }
  }

  private void reject(ChannelHandlerContext ctx, ByteBuf in, int length, String message) {
    LOG.atWarn()
        .addKeyValue("remote-address", ctx.channel().remoteAddress())
        .addKeyValue("bytes", length)
        .log(message);
    port.stats().packetRejected();
    in.skipBytes(in.readableBytes());
    ctx.close();
  }

  private void freeMemory() {
    port.packetMemory().free(memory);
    memory = 0;
  }

  private void answer(ChannelHandlerContext ctx, int word) {
    port.stats().received(Integer.BYTES);
    port.store()
        .view(Consistency.SERIALIZABLE)
        .thenApply(
            view -> {
              try (view) {
                return words.answer(word, view.tree());
              }
            })
        .whenComplete(
            (text, failure) -> {
              if (failure != null) {
                exceptionCaught(ctx, failure);
                return;
              }
              port.stats().answered(0);
              ctx.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8))
                  .addListener(ChannelFutureListener.CLOSE);
            });
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    connection().flush();
    if (ctx.channel().config().isAutoRead()) {
      super.channelReadComplete(ctx);
    } else {
      // The inherited method would read on, because no decoded packet was passed to a next handler.
      discardSomeReadBytes();
      ctx.fireChannelReadComplete();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
    if (ctx.channel().isWritable()) {
      connection().writable();
    } else {
      connection().unwritable();
    }
    super.channelWritabilityChanged(ctx);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    port.stats().connections(-1);
    connection().closed();
    super.channelInactive(ctx); // looks at the rest of the input once more
    freeMemory();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      SSLEngine engine = ctx.pipeline().get(SslHandler.class).engine();
      if (handshake.isSuccess()) {
        TlsContext.forbidResumption(engine);
        connection().secured(engine.getSession());
      } else {
        HandshakeFailure.log(
            LOG, "client", ctx.channel().remoteAddress(), engine, handshake.cause());
        ctx.close();
      }
    }
    super.userEventTriggered(ctx, event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A failed handshake was logged already.
    if (!(cause instanceof IOException) && !(cause.getCause() instanceof SSLException)) {
      LOG.atWarn()
          .setCause(cause)
          .addKeyValue("remote-address", ctx.channel().remoteAddress())
          .log("closed a connection");
    }
    ctx.close();
  }

  private ClientConnection connection() {
    return requireNonNull(connection, "connection of an active channel");
  }
}
