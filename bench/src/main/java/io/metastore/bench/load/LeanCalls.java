package io.metastore.bench.load;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.metastore.bench.load.Wire.Reply;
import io.metastore.bench.server.Endpoint;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import org.jspecify.annotations.Nullable;

/**
 * Makes calls over a connection with a minimal HTTP/2 implementation for unary calls.
 *
 * <p>A gRPC channel uses about as much CPU per call as a good server does; on a shared machine that
 * would hide half of the difference between servers. Connects with the first call, and again with
 * the first call after a lost connection. The state belongs to the event loop.
 */
final class LeanCalls implements UnaryCalls {
  private final Endpoint endpoint;
  private final EventLoop loop;
  private final @Nullable SslContext tls;
  private final @Nullable String token;
  private @Nullable LeanConnection connection;

  /**
   * @param tls null for connections without TLS
   * @param token null for calls without a token
   */
  LeanCalls(Endpoint endpoint, EventLoop loop, @Nullable SslContext tls, @Nullable String token) {
    this.endpoint = endpoint;
    this.loop = loop;
    this.tls = tls;
    this.token = token;
  }

  @Override
  public void start(MethodDescriptor<Payload, Reply> method, Payload request, Ended ended) {
    if (loop.inEventLoop()) {
      connected().start(method.getFullMethodName(), request, ended);
    } else {
      loop.execute(() -> start(method, request, ended));
    }
  }

  private LeanConnection connected() {
    LeanConnection open = connection;
    if (open == null || open.isClosed()) {
      open = new LeanConnection(endpoint.toString(), token);
      connection = open;
      connect(open);
    }
    return open;
  }

  private void connect(LeanConnection handler) {
    new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                if (tls != null) {
                  channel
                      .pipeline()
                      .addLast(tls.newHandler(channel.alloc(), endpoint.host(), endpoint.port()));
                }
                channel.pipeline().addLast(handler);
              }
            })
        .connect(endpoint.address())
        .addListener(
            (ChannelFuture connecting) -> {
              if (!connecting.isSuccess()) {
                handler.close(Status.Code.UNAVAILABLE);
              }
            });
  }
}
