package io.metastore.adapter.etcd.port;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.EventExecutor;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a connection that became a WebSocket: the client's messages are the body of one request,
 * and the lines of the reply are sent as messages. Owned by the connection's event loop.
 */
final class WebSocketHandler extends ChannelInboundHandlerAdapter implements HttpReply {
  private static final Logger LOG = LoggerFactory.getLogger(WebSocketHandler.class);

  /**
   * Browsers cannot set other headers, so they send a token as the subprotocols {@code Bearer,
   * token}.
   */
  private static final String BEARER = "Bearer";

  private final ChannelHandlerContext http;
  private HttpHandler.@Nullable Messages messages;
  private boolean over;
  private Runnable onWritable = () -> {};
  private Runnable onGone = () -> {};

  private WebSocketHandler(ChannelHandlerContext http) {
    this.http = http;
  }

  static boolean isUpgrade(FullHttpRequest request) {
    return request.headers().containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)
        && request.headers().contains(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
  }

  /** Turns the connection into a WebSocket. */
  static void upgrade(
      ChannelHandlerContext http, FullHttpRequest request, HttpHandler handler, int bytesMax) {
    String[] protocols =
        request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, "").split(",", 2);
    boolean bearer = protocols.length == 2 && protocols[0].trim().equals(BEARER);
    if (bearer) {
      request.headers().set(HttpHeaderNames.AUTHORIZATION, BEARER + " " + protocols[1].trim());
    }
    WebSocketServerHandshaker handshaker =
        new WebSocketServerHandshakerFactory(request.uri(), bearer ? BEARER : null, false, bytesMax)
            .newHandshaker(request);
    if (handshaker == null) {
      WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(http.channel())
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    ChannelPipeline pipeline = http.pipeline();
    handshaker
        .handshake(http.channel(), request)
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                http.close();
              }
            });
    pipeline.remove(IdleStateHandler.class);
    pipeline.remove(ArrivalTimer.class);
    pipeline.remove(HttpServerKeepAliveHandler.class);
    pipeline.remove(RequestCollector.class);
    pipeline.remove(FlowControlHandler.class);
    WebSocketHandler socket = new WebSocketHandler(http);
    pipeline.addLast(new WebSocketFrameAggregator(bytesMax)).addLast(socket);
    socket.messages = handler.open(request, socket);
    pipeline.remove(Http1Handler.class);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    WebSocketFrame frame = (WebSocketFrame) message;
    try {
      if (frame instanceof CloseWebSocketFrame) {
        over = true;
        ctx.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE))
            .addListener(ChannelFutureListener.CLOSE);
      } else if (frame instanceof PingWebSocketFrame) {
        ctx.writeAndFlush(new PongWebSocketFrame(frame.content().retain()));
      } else if (!(frame instanceof PongWebSocketFrame) && messages != null && !over) {
        messages.take(ByteBufUtil.getBytes(frame.content()));
      }
    } finally {
      frame.release();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      onWritable.run();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    over = true;
    onGone.run();
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.atDebug().setCause(cause).log("websocket failed");
    ctx.close();
  }

  // --- the reply ---------------------------------------------------------------------------------

  @Override
  public EventExecutor loop() {
    return http.executor();
  }

  @Override
  public @Nullable SocketAddress client() {
    return http.channel().remoteAddress();
  }

  @Override
  public void send(HttpAnswer answer) {
    write(answer.bytes());
    end();
  }

  @Override
  public void begin(HttpAnswer head) {
    // A WebSocket has no response head apart from its handshake.
  }

  @Override
  public void write(byte[] line) {
    if (!over) {
      int length = line.length;
      while (length > 0 && line[length - 1] == '\n') {
        length--;
      }
      http.channel().writeAndFlush(new TextWebSocketFrame(Unpooled.wrappedBuffer(line, 0, length)));
    }
  }

  @Override
  public void end() {
    if (!over) {
      over = true;
      http.channel()
          .writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE))
          .addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public boolean isWritable() {
    return http.channel().isWritable();
  }

  @Override
  public void setReading(boolean reading) {
    http.channel().config().setAutoRead(reading);
  }

  @Override
  public void onWritable(Runnable action) {
    onWritable = action;
  }

  @Override
  public void onGone(Runnable action) {
    onGone = action;
  }
}
