package io.metastore.adapter.etcd.port;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection if a request takes too long to arrive, even if its bytes arrive steadily.
 * Owned by the connection's event loop.
 */
final class ArrivalTimer extends ChannelInboundHandlerAdapter {
  private final int seconds;
  private @Nullable ScheduledFuture<?> timer;

  /**
   * @param seconds the time limit from the first to the last byte of a request
   */
  ArrivalTimer(int seconds) {
    this.seconds = seconds;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object bytes) {
    if (timer == null) {
      timer = ctx.executor().schedule(() -> ctx.close(), seconds, TimeUnit.SECONDS);
    }
    ctx.fireChannelRead(bytes);
  }

  /** The request is complete. */
  void arrived() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    arrived();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    arrived();
  }
}
