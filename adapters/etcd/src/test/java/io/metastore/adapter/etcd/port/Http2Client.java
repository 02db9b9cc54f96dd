package io.metastore.adapter.etcd.port;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client of one connection that speaks HTTP/2 without TLS from the first byte. */
public final class Http2Client implements AutoCloseable {
  private static final int WAIT_S = 60;

  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel connection;

  public Http2Client(SocketAddress address) {
    connection =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(Http2FrameCodecBuilder.forClient().build())
                        .addLast(
                            new Http2MultiplexHandler(
                                new ChannelInboundHandlerAdapter())); // the server opens none
                  }
                })
            .connect(address)
            .syncUninterruptibly()
            .channel();
  }

  /** Begins a request with a part of its body. */
  public Request begin(String method, String path, String body, boolean complete) throws Exception {
    Request request = new Request();
    request.stream =
        new Http2StreamChannelBootstrap(connection)
            .handler(request)
            .open()
            .get(WAIT_S, TimeUnit.SECONDS);
    Http2Headers headers =
        new DefaultHttp2Headers().method(method).path(path).scheme("http").authority("localhost");
    if (!body.isEmpty()) {
      headers.set("content-type", "application/json");
    }
    request.stream.write(new DefaultHttp2HeadersFrame(headers, body.isEmpty() && complete));
    if (!body.isEmpty() || !complete) {
      request.stream.write(new DefaultHttp2DataFrame(Unpooled.copiedBuffer(body, UTF_8), complete));
    }
    request.stream.flush();
    return request;
  }

  /** Makes a request; returns the status and the body. */
  public String send(String method, String path, String body) throws Exception {
    return begin(method, path, body, true).whole();
  }

  @Override
  public void close() {
    connection.close().syncUninterruptibly();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  /** One request and what came as its response. */
  public static final class Request extends ChannelInboundHandlerAdapter {
    private static final String END = "END";

    private final BlockingQueue<String> parts = new LinkedBlockingQueue<>();
    private @Nullable Http2StreamChannel stream;

    @Override
    public boolean isSharable() {
      return false;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
      if (frame instanceof Http2HeadersFrame headers) {
        parts.add(headers.headers().status() + " ");
        endIf(headers.isEndStream());
      } else if (frame instanceof Http2DataFrame data) {
        parts.add(data.content().toString(UTF_8));
        endIf(data.isEndStream());
      }
      ReferenceCountUtil.release(frame);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      endIf(event instanceof Http2ResetFrame);
    }

    private void endIf(boolean ended) {
      if (ended) {
        parts.add(END);
      }
    }

    /** The next part of the response: the status, or a piece of the body. */
    public String next() throws InterruptedException {
      String part = parts.poll(WAIT_S, TimeUnit.SECONDS);
      if (part == null) {
        throw new AssertionError("no answer");
      }
      return part;
    }

    /** The status and the body, when the response is complete. */
    public String whole() throws InterruptedException {
      StringBuilder whole = new StringBuilder();
      for (String part = next(); !part.equals(END); part = next()) {
        whole.append(part);
      }
      return whole.toString();
    }

    /** Gives the request up. */
    public void cancel() {
      if (stream != null) {
        stream.close().syncUninterruptibly();
      }
    }
  }
}
