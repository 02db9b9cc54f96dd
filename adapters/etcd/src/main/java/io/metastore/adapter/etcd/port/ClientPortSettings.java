package io.metastore.adapter.etcd.port;

import static java.util.Objects.requireNonNull;

import io.metastore.adapter.etcd.EtcdLimits;
import io.metastore.tls.TlsContext;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the client port is told at start.
 *
 * @param listen the addresses to listen on
 * @param tls for the secure addresses; null if there are none
 * @param eventLoops threads that serve all connections
 * @param maxRequestBytes the largest request that the store takes; a frame may be a little larger,
 *     so that the store's own refusal is heard rather than the transport's
 * @param rules for connections that speak gRPC
 * @param handshakeTimeout how long a connection may stay open without saying which protocol it
 *     speaks
 * @param stopGrace how long calls in flight may go on when the port closes
 */
public record ClientPortSettings(
    List<ListenAddress> listen,
    @Nullable TlsContext tls,
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
    if (tls == null && listen.stream().anyMatch(ListenAddress::secure)) {
      throw new IllegalArgumentException("a secure address, and no certificate for it");
    }
  }

  /** Two event loops, a patient handshake, a short goodbye. */
  public static ClientPortSettings of(
      List<ListenAddress> listen,
      @Nullable TlsContext tls,
      int maxRequestBytes,
      ConnectionRules rules) {
    return new ClientPortSettings(
        listen, tls, 2, maxRequestBytes, rules, HANDSHAKE_TIMEOUT, STOP_GRACE);
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
