package io.metastore.adapter.etcd.port;

import static java.util.Objects.requireNonNull;

import io.metastore.adapter.etcd.EtcdLimits;
import io.metastore.tls.TlsContext;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the client port.
 *
 * @param listen the addresses to listen on
 * @param tls for the secure addresses; null if there are none
 * @param eventLoops the number of threads that serve all connections
 * @param maxRequestBytes the largest request that the store accepts; a frame may be slightly
 *     larger, so that the store's error is returned instead of the transport's
 * @param rules for gRPC connections
 * @param handshakeTimeout how long a connection may stay open without revealing its protocol
 * @param stopGrace how long running calls may continue when the port closes
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
      throw new IllegalArgumentException("TLS address without a certificate");
    }
  }

  /** Settings with two event loops, a long handshake timeout and a short grace period. */
  public static ClientPortSettings of(
      List<ListenAddress> listen,
      @Nullable TlsContext tls,
      int maxRequestBytes,
      ConnectionRules rules) {
    return new ClientPortSettings(
        listen, tls, 2, maxRequestBytes, rules, HANDSHAKE_TIMEOUT, STOP_GRACE);
  }

  /** The largest message or HTTP body accepted. */
  int receiveBytesMax() {
    return EtcdLimits.receiveBytesMax(maxRequestBytes);
  }

  /**
   * The largest message that is still read, to refuse it with etcd's text. A larger one is refused
   * by its length alone, with grpc-java's text.
   */
  int refusedBytesMax() {
    return (int) Math.min(Integer.MAX_VALUE, 4L * receiveBytesMax());
  }
}
