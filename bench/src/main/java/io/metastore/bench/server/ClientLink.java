package io.metastore.bench.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A link from one client to one member that can be cut, silenced and slowed down. Owned by its
 * event loop. The methods can be called by any other thread, and have taken effect when they
 * return.
 */
final class ClientLink implements AutoCloseable {
  /** What happens to bytes on the link. */
  enum State {
    OPEN,
    /** Connections break, including new ones. */
    CUT,
    /**
     * No byte passes in either direction, but connections stay open; later all bytes are delivered.
     */
    SILENT
  }

  private final EventLoop loop;
  private final int target;
  private final Channel listener;

  /** Both ends of every connection. The fields below also belong to the event loop. */
  private final Set<End> ends = new HashSet<>();

  private State state = State.OPEN;
  private long delayMs;

  /** Listens on a free port for connections to {@code target}, a port of 127.0.0.1. */
  ClientLink(EventLoop loop, int target) {
    this.loop = loop;
    this.target = target;
    this.listener =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                })
            .bind("127.0.0.1", 0)
            .syncUninterruptibly()
            .channel();
  }

  /** The port for the client to connect to. */
  int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** Changes the state from now on. */
  void become(State next) {
    run(
        () -> {
          state = next;
          if (next == State.CUT) {
            Set.copyOf(ends).forEach(end -> end.channel.close());
          }
          ends.forEach(End::readIfOpen);
        });
  }

  /** Delays all bytes that arrive from now on by this time, in both directions. */
  void delay(long ms) {
    run(() -> delayMs = ms);
  }

  /** Cuts the link permanently. */
  @Override
  public void close() {
    listener.close().syncUninterruptibly();
    become(State.CUT);
  }

  private void run(Runnable change) {
    loop.submit(change).syncUninterruptibly();
  }

  private void accept(Channel accepted) {
    if (state == State.CUT) {
      accepted.close();
      return;
    }
    End front = new End(accepted);
    accepted.pipeline().addLast(front);
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    End back = new End(channel);
                    back.other = front;
                    front.other = back;
                    channel.pipeline().addLast(back);
                  }
                })
            .connect("127.0.0.1", target);
    connecting.addListener(
        connected -> {
          if (!connected.isSuccess() || state == State.CUT || !accepted.isActive()) {
            accepted.close();
            connecting.channel().close();
          } else {
            ends.forEach(End::readIfOpen);
          }
        });
  }

  /**
   * One end of a connection, on the client's or the member's side. What it reads is written to the
   * other end.
   */
  private final class End extends ChannelInboundHandlerAdapter {
    private final Channel channel;
    private @Nullable End other;
    private final Queue<Delayed> underWay = new ArrayDeque<>();

    End(Channel channel) {
      this.channel = channel;
      ends.add(this);
    }

    void readIfOpen() {
      channel.config().setAutoRead(state == State.OPEN && other != null && other.isConnected());
    }

    private boolean isConnected() {
      return channel.isActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      later(end -> end.channel.writeAndFlush(bytes));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      ends.remove(this);
      later(end -> end.channel.close());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
      channel.close();
    }

    private void later(Consumer<End> step) {
      long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMs);
      underWay.add(new Delayed(due, step));
      if (underWay.size() == 1) {
        arrive();
      }
    }

    /** Forwards the bytes that are due, one message at a time, so that they stay in order. */
    private void arrive() {
      for (Delayed first = underWay.peek(); first != null; first = underWay.peek()) {
        long wait = first.dueNanos() - System.nanoTime();
        if (wait > 0) {
          loop.schedule(this::arrive, wait, TimeUnit.NANOSECONDS);
          return;
        }
        if (other != null) {
          first.step().accept(other);
        }
        underWay.remove();
      }
    }
  }

  private record Delayed(long dueNanos, Consumer<End> step) {}
}
