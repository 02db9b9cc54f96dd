package io.metastore.adapter.zookeeper;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes new connections from an address that has reached its limit. Thread-safe. */
@Sharable
final class AddressLimit extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(AddressLimit.class);

  private final int connectionsMax;
  private final PortStats stats;
  private final Map<InetAddress, Integer> connections = new ConcurrentHashMap<>();

  /**
   * @param connectionsMax maximum per client address; 0 for no limit
   */
  AddressLimit(int connectionsMax, PortStats stats) {
    this.connectionsMax = connectionsMax;
    this.stats = stats;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    InetAddress address = ((InetSocketAddress) ctx.channel().remoteAddress()).getAddress();
    int count = connections.merge(address, 1, Integer::sum);
    ctx.channel()
        .closeFuture()
        .addListener(
            closed ->
                connections.computeIfPresent(
                    address, (key, open) -> open == 1 ? null : Integer.valueOf(open - 1)));
    if (connectionsMax > 0 && count > connectionsMax) {
      LOG.atWarn()
          .addKeyValue("address", address.getHostAddress())
          .addKeyValue("max", connectionsMax)
          .log("closed a connection: too many connections from this address");
      stats.connectionRejected();
      ctx.close();
    }
    super.channelActive(ctx);
  }
}
