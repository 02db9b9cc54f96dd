package io.metastore.adapter.etcd.port;

import static io.netty.buffer.Unpooled.EMPTY_BUFFER;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Combines requests with their bodies, within limits for each body and for all bodies of the port.
 * Owned by the connection's event loop.
 *
 * <p>A malformed or too large request ({@link BodyRefused}) is passed on as failed and without a
 * body; the rest of the connection's input is discarded, also for a moment after the answer.
 */
final class RequestCollector extends ChannelDuplexHandler {
  /**
   * For how long a client may go on sending after a refusal. Closing at once would reset its
   * connection, and many clients then do not see the answer. Source: Go's net/http
   * (rstAvoidanceDelay).
   */
  private static final long LINGER_MS = 500;

  private final int bodyBytesMax;
  private final BodyBudget budget;
  private final ArrivalTimer timer;

  private @Nullable HttpRequest head;
  private @Nullable CompositeByteBuf body;
  private BodyBudget.@Nullable Place place;
  private int taken;
  private boolean deaf;

  /**
   * @param timer notified when a request has arrived
   */
  RequestCollector(int bodyBytesMax, BodyBudget budget, ArrivalTimer timer) {
    this.bodyBytesMax = bodyBytesMax;
    this.budget = budget;
    this.timer = timer;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (deaf) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof HttpRequest request) {
      begin(ctx, request);
    }
    if (message instanceof HttpContent content) {
      add(ctx, content);
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest request) {
    head = request;
    body = ctx.alloc().compositeBuffer();
    // Called with the budget's lock held, and by other connections.
    place = budget.open(() -> ctx.executor().execute(() -> lose(ctx, request)));
    if (request.decoderResult().isFailure()) {
      refuse(ctx, request.decoderResult());
    } else if (HttpUtil.getContentLength(request, 0L) > bodyBytesMax) {
      refuse(ctx, HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE);
    } else if (HttpUtil.is100ContinueExpected(request)) {
      ctx.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, EMPTY_BUFFER));
    }
  }

  private void add(ChannelHandlerContext ctx, HttpContent content) {
    CompositeByteBuf whole = body;
    HttpRequest request = head;
    BodyBudget.Place holder = place;
    if (whole == null || request == null || holder == null) {
      content.release();
      return;
    }
    ByteBuf part = content.content();
    int bytes = part.readableBytes();
    HttpResponseStatus refusal =
        taken + bytes > bodyBytesMax
            ? HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE
            : (holder.take(bytes) ? null : HttpResponseStatus.SERVICE_UNAVAILABLE);
    if (refusal != null) {
      content.release();
      refuse(ctx, refusal);
      return;
    }
    taken += bytes;
    whole.addComponent(true, part);
    if (content instanceof LastHttpContent) {
      FullHttpRequest full = full(request, whole);
      full.setDecoderResult(content.decoderResult());
      pass(ctx, full);
    }
  }

  /** The body came too slowly, and others need the memory. */
  private void lose(ChannelHandlerContext ctx, HttpRequest request) {
    if (head == request) {
      refuse(ctx, HttpResponseStatus.REQUEST_TIMEOUT);
    }
  }

  private void refuse(ChannelHandlerContext ctx, HttpResponseStatus status) {
    refuse(ctx, DecoderResult.failure(new BodyRefused(status)));
  }

  private void refuse(ChannelHandlerContext ctx, DecoderResult failure) {
    HttpRequest request = head;
    CompositeByteBuf whole = body;
    if (request == null || whole == null) {
      return;
    }
    whole.release();
    deaf = true;
    FullHttpRequest full = full(request, EMPTY_BUFFER);
    full.setDecoderResult(failure);
    pass(ctx, full);
  }

  private static FullHttpRequest full(HttpRequest head, ByteBuf body) {
    return new DefaultFullHttpRequest(
        head.protocolVersion(),
        head.method(),
        head.uri(),
        body,
        head.headers(),
        new DefaultHttpHeaders());
  }

  /** The memory is released when the following handlers have processed the request. */
  private void pass(ChannelHandlerContext ctx, FullHttpRequest request) {
    head = null;
    body = null;
    timer.arrived();
    BodyBudget.Place held = place;
    place = null;
    taken = 0;
    try {
      ctx.fireChannelRead(request);
    } finally {
      if (held != null) {
        held.close();
      }
    }
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (deaf) {
      ctx.executor().schedule(() -> ctx.close(promise), LINGER_MS, TimeUnit.MILLISECONDS);
    } else {
      ctx.close(promise);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    forget();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    forget();
  }

  private void forget() {
    if (body != null) {
      body.release();
      body = null;
    }
    head = null;
    if (place != null) {
      place.close();
      place = null;
    }
    taken = 0;
  }
}
