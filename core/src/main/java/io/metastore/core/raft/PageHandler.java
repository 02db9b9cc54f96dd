package io.metastore.core.raft;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.ratis.thirdparty.io.netty.buffer.Unpooled;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelFutureListener;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelHandlerContext;
import org.apache.ratis.thirdparty.io.netty.channel.SimpleChannelInboundHandler;
import org.apache.ratis.thirdparty.io.netty.handler.codec.http.DefaultFullHttpResponse;
import org.apache.ratis.thirdparty.io.netty.handler.codec.http.FullHttpRequest;
import org.apache.ratis.thirdparty.io.netty.handler.codec.http.FullHttpResponse;
import org.apache.ratis.thirdparty.io.netty.handler.codec.http.HttpHeaderNames;
import org.apache.ratis.thirdparty.io.netty.handler.codec.http.HttpMethod;
import org.apache.ratis.thirdparty.io.netty.handler.codec.http.HttpResponseStatus;
import org.apache.ratis.thirdparty.io.netty.handler.codec.http.HttpVersion;

/**
 * Answers one HTTP request with a page, or with the same error texts as Go's HTTP server, and
 * closes the connection.
 */
final class PageHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private final PeerPages pages;

  PageHandler(PeerPages pages) {
    this.pages = pages;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    String path = request.uri().split("\\?", 2)[0];
    String page = request.decoderResult().isSuccess() ? pages.find(path) : null;
    FullHttpResponse response;
    if (page == null) {
      response = text(HttpResponseStatus.NOT_FOUND, "404 page not found\n");
    } else if (!request.method().equals(HttpMethod.GET)) {
      response = text(HttpResponseStatus.METHOD_NOT_ALLOWED, "Method Not Allowed\n");
      response.headers().set(HttpHeaderNames.ALLOW, HttpMethod.GET);
    } else {
      response = answer(HttpResponseStatus.OK, "application/json", page);
    }
    ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Malformed HTTP: the client is no member of the cluster.
    ctx.close();
  }

  private static FullHttpResponse text(HttpResponseStatus status, String body) {
    FullHttpResponse response = answer(status, "text/plain; charset=utf-8", body);
    response.headers().set("X-Content-Type-Options", "nosniff");
    return response;
  }

  private static FullHttpResponse answer(HttpResponseStatus status, String type, String body) {
    byte[] bytes = body.getBytes(UTF_8);
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(bytes));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
    response.headers().set(HttpHeaderNames.CONNECTION, "close");
    return response;
  }
}
