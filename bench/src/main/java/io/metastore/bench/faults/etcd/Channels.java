package io.metastore.bench.faults.etcd;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.metastore.bench.server.ClientLinks;
import java.util.List;
import java.util.Random;

/** One client's channels to all members, through links that are disturbed. */
final class Channels implements AutoCloseable {
  private final ClientLinks links;
  private final List<ManagedChannel> channels;
  private volatile int current;

  Channels(ClientLinks links, int first) {
    this.links = links;
    channels =
        links.endpoints().stream()
            .map(endpoint -> NettyChannelBuilder.forTarget(endpoint).usePlaintext().build())
            .toList();
    current = first % channels.size();
  }

  ClientLinks links() {
    return links;
  }

  ManagedChannel current() {
    return channels.get(current);
  }

  /** Goes on with another member, or sometimes with the same one. */
  void change(Random random) {
    current = random.nextInt(channels.size());
    current().resetConnectBackoff();
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    links.close();
  }
}
