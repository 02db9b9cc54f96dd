package io.metastore.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies systemd that the server is ready, as etcd does. Only for units with {@code Type=notify}:
 * without the environment variable that systemd sets for those, nothing is done.
 *
 * <p>Source: sd_notify(3). systemd accepts the message only from the service's main process, so no
 * external program can send it, and the JDK has no datagrams over Unix sockets.
 */
final class ReadyNotice {
  private static final Logger LOG = LoggerFactory.getLogger(ReadyNotice.class);

  private static final String SOCKET_VARIABLE = "NOTIFY_SOCKET";
  private static final String READY = "READY=1";
  private static final long TIMEOUT_MS = 5000;

  private ReadyNotice() {}

  /**
   * Sends the message and waits until the kernel has accepted it. A failure is only logged: the
   * server works without it.
   *
   * @param variables the environment variables
   */
  static void send(Map<String, String> variables) {
    String socket = variables.getOrDefault(SOCKET_VARIABLE, "");
    if (socket.isEmpty()) {
      return;
    }
    if (!Epoll.isAvailable()) {
      LOG.atWarn()
          .setCause(Epoll.unavailabilityCause())
          .addKeyValue("socket", socket)
          .log("cannot tell systemd that the server is ready");
      return;
    }
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    try {
      ChannelFuture connected =
          new Bootstrap()
              .group(group)
              .channel(EpollDomainDatagramChannel.class)
              .handler(new ChannelInboundHandlerAdapter())
              .connect(address(socket))
              .awaitUninterruptibly();
      ChannelFuture sent =
          connected.isSuccess()
              ? connected
                  .channel()
                  .writeAndFlush(Unpooled.copiedBuffer(READY, StandardCharsets.UTF_8))
                  .awaitUninterruptibly()
              : connected;
      if (!sent.isSuccess()) {
        LOG.atWarn()
            .setCause(sent.cause())
            .addKeyValue("socket", socket)
            .log("could not tell systemd that the server is ready");
      }
    } finally {
      group.shutdownGracefully(0, TIMEOUT_MS, TimeUnit.MILLISECONDS);
    }
  }

  /** A leading @ stands for the zero byte of an abstract address. */
  private static DomainSocketAddress address(String socket) {
    return new DomainSocketAddress(socket.startsWith("@") ? "\0" + socket.substring(1) : socket);
  }
}
