package io.metastore.adapter.etcd.port;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.EventExecutor;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one HTTP/1.1 connection, one exchange at a time: pipelined requests wait. Owned by the
 * connection's event loop.
 *
 * <p>The connection is also read during an exchange, until the next request has arrived; otherwise
 * the disconnection of the client would go unnoticed.
 */
final class Http1Handler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Http1Handler.class);

  private static final int LINE_BYTES_MAX = 8 * 1024;
  private static final int HEADER_BYTES_MAX = 64 * 1024;
  private static final int CHUNK_BYTES_MAX = 64 * 1024;

  /** A connection without requests is closed after this time. */
  private static final int IDLE_SECONDS = 120;

  private final HttpSite site;
  private final int messageBytesMax;
  private @Nullable Exchange exchange;
  private @Nullable FullHttpRequest next;

  private Http1Handler(HttpSite site, int messageBytesMax) {
    this.site = site;
    this.messageBytesMax = messageBytesMax;
  }

  /** Appends the handlers that serve a connection, or closes it if the site serves nothing. */
  static void install(ChannelPipeline pipeline, HttpSite site, HttpLimits limits) {
    if (site.isEmpty()) {
      pipeline.channel().close();
      return;
    }
    ArrivalTimer timer = new ArrivalTimer(limits.arrivalSeconds());
    pipeline
        .addLast(new IdleStateHandler(IDLE_SECONDS, 0, 0))
        .addLast(timer)
        .addLast(new HttpServerCodec(LINE_BYTES_MAX, HEADER_BYTES_MAX, CHUNK_BYTES_MAX))
        .addLast(new HttpServerKeepAliveHandler())
        .addLast(new RequestCollector(limits.bodyBytesMax(), limits.bodies(), timer))
        .addLast(new FlowControlHandler())
        .addLast(new Http1Handler(site, limits.bodyBytesMax()));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    FullHttpRequest request = (FullHttpRequest) message;
    if (exchange == null) {
      serve(ctx, request);
    } else {
      next = request;
      ctx.channel().config().setAutoRead(false);
    }
  }

  private void serve(ChannelHandlerContext ctx, FullHttpRequest request) {
    RequestRouter router = new RequestRouter(site, ctx.channel());
    Exchange reply = new Exchange(ctx, request, router);
    exchange = reply;
    router.serve(request, reply, handler -> upgrade(ctx, request, handler));
  }

  private boolean upgrade(ChannelHandlerContext ctx, FullHttpRequest request, HttpHandler handler) {
    if (!WebSocketHandler.isUpgrade(request)) {
      return false;
    }
    WebSocketHandler.upgrade(ctx, request, handler, messageBytesMax);
    return true;
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (exchange != null && ctx.channel().isWritable()) {
      exchange.onWritable.run();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    Exchange cut = exchange;
    exchange = null;
    if (next != null) {
      next.release();
      next = null;
    }
    if (cut != null) {
      cut.over = true;
      cut.onGone.run();
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof IdleStateEvent)) {
      ctx.fireUserEventTriggered(event);
    } else if (exchange == null) {
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Resets and similar failures are caused by the client.
    LOG.atDebug().setCause(cause).log("http connection failed");
    ctx.close();
  }

  /** One request and its reply. */
  private final class Exchange implements HttpReply {
    private final ChannelHandlerContext ctx;
    private final boolean last;
    private final RequestRouter router;
    private final FullHttpRequest request;
    private boolean over;
    private Runnable onWritable = () -> {};
    private Runnable onGone = () -> {};

    Exchange(ChannelHandlerContext ctx, FullHttpRequest request, RequestRouter router) {
      this.ctx = ctx;
      this.router = router;
      this.request = request;
      this.last = request.decoderResult().isFailure();
    }

    @Override
    public EventExecutor loop() {
      return ctx.executor();
    }

    @Override
    public @Nullable SocketAddress client() {
      return ctx.channel().remoteAddress();
    }

    @Override
    public void send(HttpAnswer answer) {
      if (over) {
        return;
      }
      byte[] body = answer.bytes();
      DefaultFullHttpResponse response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, answer.status(), Unpooled.wrappedBuffer(body));
      response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
      addHeaders(response.headers(), answer);
      finish(response);
    }

    @Override
    public void begin(HttpAnswer head) {
      if (over) {
        return;
      }
      DefaultHttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, head.status());
      response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
      addHeaders(response.headers(), head);
      ctx.write(response);
    }

    @Override
    public void write(byte[] line) {
      if (!over) {
        ctx.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(line)));
      }
    }

    @Override
    public void end() {
      if (!over) {
        finish(LastHttpContent.EMPTY_LAST_CONTENT);
      }
    }

    private void finish(Object end) {
      over = true;
      ctx.writeAndFlush(end)
          .addListener(
              written -> {
                exchange = null;
                if (last) {
                  ctx.close();
                } else {
                  // Scheduled, not called, because many pipelined requests would make the stack too
                  // deep.
                  ctx.executor().execute(() -> goOn(ctx));
                }
              });
    }

    private void addHeaders(HttpHeaders headers, HttpAnswer answer) {
      router.addHeaders(headers, request, answer);
      if (last) {
        headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      }
    }

    @Override
    public boolean isWritable() {
      return ctx.channel().isWritable();
    }

    @Override
    public void setReading(boolean reading) {
      // The request has already been received.
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

  private void goOn(ChannelHandlerContext ctx) {
    FullHttpRequest waiting = next;
    if (exchange != null || waiting == null) {
      return;
    }
    next = null;
    serve(ctx, waiting);
    Channel channel = ctx.channel();
    channel.config().setAutoRead(true);
  }
}
