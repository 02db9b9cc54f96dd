package io.metastore.adapter.etcd.port;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one HTTP/1.1 connection, one exchange at a time: pipelined requests wait unread. Owned by
 * the connection's event loop.
 */
final class Http1Handler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Http1Handler.class);

  private static final int LINE_BYTES_MAX = 8 * 1024;
  private static final int HEADER_BYTES_MAX = 64 * 1024;
  private static final int CHUNK_BYTES_MAX = 64 * 1024;

  /** A connection on which nothing is asked and no request makes progress is closed then. */
  private static final int IDLE_SECONDS = 120;

  private final Map<String, HttpEndpoint> endpoints;
  private boolean inFlight;

  private Http1Handler(Map<String, HttpEndpoint> endpoints) {
    this.endpoints = endpoints;
  }

  static void install(
      ChannelPipeline pipeline, int bodyBytesMax, Map<String, HttpEndpoint> endpoints) {
    pipeline
        .addLast(new IdleStateHandler(IDLE_SECONDS, 0, 0))
        .addLast(new HttpServerCodec(LINE_BYTES_MAX, HEADER_BYTES_MAX, CHUNK_BYTES_MAX))
        .addLast(new HttpServerKeepAliveHandler())
        .addLast(new HttpObjectAggregator(bodyBytesMax, true))
        .addLast(new FlowControlHandler())
        .addLast(new Http1Handler(endpoints));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    FullHttpRequest request = (FullHttpRequest) message;
    inFlight = true;
    ctx.channel().config().setAutoRead(false);
    answer(request)
        .whenComplete(
            (answer, failure) -> {
              request.release();
              if (failure != null) {
                LOG.atWarn().setCause(failure).addKeyValue("uri", request.uri()).log("http error");
              }
              HttpAnswer reply =
                  failure == null
                      ? answer
                      : HttpAnswer.error(
                          HttpResponseStatus.INTERNAL_SERVER_ERROR, "Internal Server Error");
              if (ctx.executor().inEventLoop()) {
                reply(ctx, request, reply);
              } else {
                ctx.executor().execute(() -> reply(ctx, request, reply));
              }
            });
  }

  private CompletionStage<HttpAnswer> answer(FullHttpRequest request) {
    Throwable malformed = request.decoderResult().cause();
    if (malformed != null) {
      return CompletableFuture.completedFuture(refusal(malformed));
    }
    if (request.method().equals(HttpMethod.OPTIONS)) {
      return CompletableFuture.completedFuture(HttpAnswer.text(""));
    }
    HttpEndpoint endpoint = findEndpoint(request.uri());
    if (endpoint == null) {
      return CompletableFuture.completedFuture(
          HttpAnswer.error(HttpResponseStatus.NOT_FOUND, "404 page not found"));
    }
    try {
      return endpoint.serve(request);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private @Nullable HttpEndpoint findEndpoint(String uri) {
    int query = uri.indexOf('?');
    return endpoints.get(query < 0 ? uri : uri.substring(0, query));
  }

  private void reply(ChannelHandlerContext ctx, FullHttpRequest request, HttpAnswer answer) {
    byte[] body = answer.bytes();
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, answer.status(), Unpooled.wrappedBuffer(body));
    var headers = response.headers();
    // etcd's default for --cors.
    headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "POST, GET, OPTIONS, PUT, DELETE");
    headers.set(
        HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, "accept, content-type, authorization");
    headers.set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
    headers.set(HttpHeaderNames.DATE, now());
    headers.setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    answer.headers().forEach(headers::set);
    boolean last = request.decoderResult().isFailure();
    if (last) {
      headers.set(HttpHeaderNames.CONNECTION, "close");
    }
    ctx.writeAndFlush(response)
        .addListener(
            written -> {
              inFlight = false;
              if (last) {
                ctx.close();
              } else {
                ctx.channel().config().setAutoRead(true);
              }
            });
  }

  @SuppressWarnings("JavaUtilDate") // what Netty's formatter takes
  private static String now() {
    return DateFormatter.format(new Date());
  }

  private static HttpAnswer refusal(Throwable malformed) {
    HttpResponseStatus status = HttpResponseStatus.BAD_REQUEST;
    if (malformed instanceof TooLongHttpLineException) {
      status = HttpResponseStatus.REQUEST_URI_TOO_LONG;
    } else if (malformed instanceof TooLongHttpHeaderException) {
      status = HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
    }
    return HttpAnswer.error(status, status.toString());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof IdleStateEvent && !inFlight) {
      ctx.close();
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Resets and the like: the client's business.
    LOG.atDebug().setCause(cause).log("http connection failed");
    ctx.close();
  }
}
