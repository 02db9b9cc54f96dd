package io.metastore.adapter.etcd.port;

import static java.util.Objects.requireNonNull;

import io.metastore.adapter.etcd.EtcdLimits;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * What the client port is told at start.
 *
 * @param listen the addresses to listen on; port 0 takes a free one
 * @param eventLoops threads that serve all connections
 * @param maxRequestBytes the largest request that the store takes; a frame may be a little larger,
 *     so that the store's own refusal is heard rather than the transport's
 * @param rules for connections that speak gRPC
 * @param handshakeTimeout how long a connection may stay open without saying which protocol it
 *     speaks
 * @param stopGrace how long calls in flight may go on when the port closes
 */
public record ClientPortSettings(
    List<InetSocketAddress> listen,
    int eventLoops,
    int maxRequestBytes,
    ConnectionRules rules,
    Duration handshakeTimeout,
    Duration stopGrace) {

  private static final Duration HANDSHAKE_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration STOP_GRACE = Duration.ofSeconds(2);

  public ClientPortSettings {
    listen = List.copyOf(listen);
    requireNonNull(rules, "rules");
    requireNonNull(handshakeTimeout, "handshakeTimeout");
    requireNonNull(stopGrace, "stopGrace");
    if (listen.isEmpty()) {
      throw new IllegalArgumentException("no address to listen on");
    }
  }

  /** Two event loops, a patient handshake, a short goodbye. */
  public static ClientPortSettings of(
      List<InetSocketAddress> listen, int maxRequestBytes, ConnectionRules rules) {
    return new ClientPortSettings(listen, 2, maxRequestBytes, rules, HANDSHAKE_TIMEOUT, STOP_GRACE);
  }

  /** The largest message or HTTP body that is taken. */
  int receiveBytesMax() {
    return EtcdLimits.receiveBytesMax(maxRequestBytes);
  }

  /**
   * The largest message that is read all the same, to be refused in etcd's words; a larger one is
   * refused by its length alone, in grpc-java's.
   */
  int refusedBytesMax() {
    return (int) Math.min(Integer.MAX_VALUE, 4L * receiveBytesMax());
  }
}
