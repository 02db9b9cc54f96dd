package io.metastore.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadyNoticeTest {
  private final CompletableFuture<String> received = new CompletableFuture<>();
  private MultiThreadIoEventLoopGroup group;
  private Path directory;

  @BeforeEach
  void open() throws Exception {
    Assumptions.assumeTrue(Epoll.isAvailable());
    group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    // Not JUnit's temporary directory, because the path of a socket is limited to 107 bytes.
    directory = Files.createTempDirectory(Path.of("/tmp"), "notify");
  }

  @AfterEach
  void close() throws Exception {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    Files.deleteIfExists(directory.resolve("socket"));
    Files.delete(directory);
  }

  @Test
  void systemdIsToldThatTheServerIsReady() throws Exception {
    Path socket = directory.resolve("socket");
    Channel systemd = listen(new DomainSocketAddress(socket.toString()));
    ReadyNotice.send(Map.of("NOTIFY_SOCKET", socket.toString()));
    assertThat(received.get(1, TimeUnit.MINUTES)).isEqualTo("READY=1");
    systemd.close().sync();
  }

  @Test
  void aMissingSocketIsNoFailure() {
    ReadyNotice.send(Map.of("NOTIFY_SOCKET", directory.resolve("nobody").toString()));
    ReadyNotice.send(Map.of());
    assertThat(received).isNotDone();
  }

  private Channel listen(DomainSocketAddress address) throws InterruptedException {
    return new Bootstrap()
        .group(group)
        .channel(EpollDomainDatagramChannel.class)
        .handler(
            new SimpleChannelInboundHandler<DomainDatagramPacket>() {
              @Override
              protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket p) {
                received.complete(p.content().toString(UTF_8));
              }
            })
        .bind(address)
        .sync()
        .channel();
  }
}
