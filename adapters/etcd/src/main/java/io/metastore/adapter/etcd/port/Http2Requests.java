package io.metastore.adapter.etcd.port;

import static io.netty.buffer.Unpooled.EMPTY_BUFFER;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.HttpConversionUtil;
import io.netty.util.concurrent.EventExecutor;
import java.net.SocketAddress;
import java.util.Locale;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Serves the requests of an HTTP/2 connection that are not gRPC's, such as JSON over HTTP/2. It
 * stands before gRPC's listener, which gets the frames of all other streams. Like in etcd, the
 * content type decides. Owned by the connection's event loop.
 */
final class Http2Requests extends Http2FrameListenerDecorator {
  private static final String GRPC = "application/grpc";

  /** A client is slow if more bytes than this are not yet sent. */
  private static final int UNSENT_BYTES_MAX = 64 * 1024;

  private final GrpcHttp2ConnectionHandler http2;
  private final Http2Connection.PropertyKey key;
  private final HttpSite site;
  private final HttpLimits limits;

  private Http2Requests(
      GrpcHttp2ConnectionHandler http2, Http2FrameListener grpc, HttpSite site, HttpLimits limits) {
    super(grpc);
    this.http2 = http2;
    this.key = http2.connection().newKey();
    this.site = site;
    this.limits = limits;
  }

  /**
   * Takes over the requests of a new connection that are not gRPC's.
   *
   * @param http2 gRPC's handler of the connection
   */
  static void install(GrpcHttp2ConnectionHandler http2, HttpSite site, HttpLimits limits) {
    if (site.isEmpty()) {
      return; // gRPC refuses such requests
    }
    Http2Requests requests =
        new Http2Requests(http2, http2.decoder().frameListener(), site, limits);
    http2.decoder().frameListener(requests);
    http2
        .connection()
        .addListener(
            new Http2ConnectionAdapter() {
              @Override
              public void onStreamClosed(Http2Stream stream) {
                Exchange exchange = stream.getProperty(requests.key);
                if (exchange != null) {
                  exchange.closed();
                }
              }
            });
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx,
      int streamId,
      Http2Headers headers,
      int streamDependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean endOfStream)
      throws Http2Exception {
    Http2Stream stream = http2.connection().stream(streamId);
    Exchange exchange = find(stream);
    if (exchange == null && stream != null && !isGrpc(headers)) {
      exchange = new Exchange(ctx, streamId, headers);
      stream.setProperty(key, exchange);
    }
    if (exchange == null) {
      super.onHeadersRead(
          ctx, streamId, headers, streamDependency, weight, exclusive, padding, endOfStream);
    } else if (endOfStream) {
      exchange.complete();
    }
  }

  private static boolean isGrpc(Http2Headers headers) {
    CharSequence type = headers.get(HttpHeaderNames.CONTENT_TYPE);
    return type != null && type.toString().contains(GRPC);
  }

  private @Nullable Exchange find(@Nullable Http2Stream stream) {
    return stream == null ? null : stream.getProperty(key);
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream)
      throws Http2Exception {
    Exchange exchange = find(http2.connection().stream(streamId));
    if (exchange == null) {
      return super.onDataRead(ctx, streamId, data, padding, endOfStream);
    }
    int bytes = data.readableBytes() + padding;
    exchange.take(data);
    if (endOfStream) {
      exchange.complete();
    }
    return bytes;
  }

  @Override
  public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode)
      throws Http2Exception {
    if (find(http2.connection().stream(streamId)) == null) {
      super.onRstStreamRead(ctx, streamId, errorCode);
    }
    // Otherwise the stream is closed next.
  }

  /** One request and its reply. */
  private final class Exchange implements HttpReply {
    private final ChannelHandlerContext ctx;
    private final int streamId;
    private final RequestRouter router;
    private final FullHttpRequest head;
    private final BodyBudget.Place place;
    private final ScheduledFuture<?> timer;

    /** Null when the request was served. */
    private @Nullable CompositeByteBuf body;

    private boolean received;
    private boolean over;
    private volatile int unsentBytes;
    private Runnable onWritable = () -> {};
    private Runnable onGone = () -> {};

    Exchange(ChannelHandlerContext ctx, int streamId, Http2Headers headers) throws Http2Exception {
      this.ctx = ctx;
      this.streamId = streamId;
      this.router = new RequestRouter(site, ctx.channel());
      this.head =
          HttpConversionUtil.toFullHttpRequest(
              streamId, headers, EMPTY_BUFFER, /* validateHttpHeaders= */ false);
      this.place = limits.bodies().open(() -> loop().execute(this::late));
      this.timer = loop().schedule(this::late, limits.arrivalSeconds(), TimeUnit.SECONDS);
      this.body = ctx.alloc().compositeBuffer();
    }

    // --- the request ---------------------------------------------------------------------------

    void take(ByteBuf data) {
      CompositeByteBuf whole = body;
      int bytes = data.readableBytes();
      if (whole == null || bytes == 0) {
        return; // it is already refused
      }
      if (whole.readableBytes() + bytes > limits.bodyBytesMax()) {
        refuse(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE);
      } else if (!place.take(bytes)) {
        refuse(HttpResponseStatus.SERVICE_UNAVAILABLE);
      } else {
        whole.addComponent(true, data.retain());
      }
    }

    void complete() {
      CompositeByteBuf whole = body;
      received = true;
      if (whole != null) {
        body = null;
        serve(head.replace(whole));
      }
    }

    /** The body came too slowly. */
    private void late() {
      refuse(HttpResponseStatus.REQUEST_TIMEOUT);
    }

    private void refuse(HttpResponseStatus status) {
      CompositeByteBuf whole = body;
      if (whole == null) {
        return;
      }
      body = null;
      whole.release();
      FullHttpRequest refused = head.replace(EMPTY_BUFFER);
      refused.setDecoderResult(DecoderResult.failure(new BodyRefused(status)));
      serve(refused);
    }

    private void serve(FullHttpRequest request) {
      timer.cancel(false);
      try {
        router.serve(request, this, handler -> false);
      } finally {
        place.close();
      }
    }

    void closed() {
      timer.cancel(false);
      place.close();
      if (body != null) {
        body.release();
        body = null;
      }
      if (!over) {
        over = true;
        onGone.run();
      }
    }

    // --- the reply -----------------------------------------------------------------------------

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
      byte[] bytes = answer.bytes();
      Http2Headers headers = headers(answer);
      headers.setInt(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
      boolean bare = bytes.length == 0 || head.method().equals(HttpMethod.HEAD);
      http2.encoder().writeHeaders(ctx, streamId, headers, 0, bare, ctx.newPromise());
      if (!bare) {
        writeData(Unpooled.wrappedBuffer(bytes), /* last= */ true);
      }
      finish();
    }

    @Override
    public void begin(HttpAnswer answer) {
      if (!over) {
        http2
            .encoder()
            .writeHeaders(
                ctx, streamId, headers(answer), 0, /* endStream= */ false, ctx.newPromise());
      }
    }

    @Override
    public void write(byte[] line) {
      if (!over) {
        writeData(Unpooled.wrappedBuffer(line), /* last= */ false);
        http2.flush(ctx);
      }
    }

    @Override
    public void end() {
      if (!over) {
        writeData(EMPTY_BUFFER, /* last= */ true);
        finish();
      }
    }

    private void writeData(ByteBuf data, boolean last) {
      int bytes = data.readableBytes();
      addUnsent(bytes);
      http2
          .encoder()
          .writeData(ctx, streamId, data, 0, last, ctx.newPromise())
          .addListener(
              (ChannelFutureListener)
                  written -> {
                    boolean wasFull = !isWritable();
                    addUnsent(-bytes);
                    if (wasFull && isWritable() && !over) {
                      onWritable.run();
                    }
                  });
    }

    /** Only the event loop changes the number; others read it. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void addUnsent(int bytes) {
      unsentBytes += bytes;
    }

    private void finish() {
      over = true;
      if (!received) {
        // The client may still be sending a body that nobody reads.
        http2.resetStream(ctx, streamId, Http2Error.NO_ERROR.code(), ctx.newPromise());
      }
      http2.flush(ctx);
    }

    private Http2Headers headers(HttpAnswer answer) {
      HttpHeaders set = new DefaultHttpHeaders();
      router.addHeaders(set, head, answer);
      Http2Headers headers = new DefaultHttp2Headers().status(answer.status().codeAsText());
      set.forEach(
          header -> headers.add(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
      return headers;
    }

    @Override
    public boolean isWritable() {
      return unsentBytes < UNSENT_BYTES_MAX;
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
}
