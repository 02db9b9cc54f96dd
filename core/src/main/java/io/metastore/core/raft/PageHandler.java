package io.metastore.core.raft;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.metastore.core.raft.PeerPages.Page;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

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
    CompletableFuture<Page> found = request.decoderResult().isSuccess() ? find(request) : null;
    if (found == null) {
      answer(ctx, Page.error(404, "404 page not found"));
    } else if (!request.method().equals(HttpMethod.GET)) {
      answer(ctx, Page.error(405, "Method Not Allowed").with("Allow", HttpMethod.GET.name()));
    } else {
      found.whenComplete(
          (page, failure) ->
              answer(ctx, failure == null ? page : Page.error(500, String.valueOf(failure))));
    }
  }

  private @Nullable CompletableFuture<Page> find(FullHttpRequest request) {
    return pages.find(
        new PeerPages.Request(
            request.uri().split("\\?", 2)[0],
            request.headers().get("X-Etcd-Cluster-ID"),
            request.content().toString(UTF_8)));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Malformed HTTP: the client is no member of the cluster.
    ctx.close();
  }

  private static void answer(ChannelHandlerContext ctx, Page page) {
    byte[] bytes = page.text().getBytes(UTF_8);
    HttpResponseStatus status = HttpResponseStatus.valueOf(page.status());
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(bytes));
    page.headers().forEach(response.headers()::set);
    boolean json = status.equals(HttpResponseStatus.OK);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, json ? "application/json" : "text/plain; charset=utf-8");
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
    response.headers().set(HttpHeaderNames.CONNECTION, "close");
    ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }
}
