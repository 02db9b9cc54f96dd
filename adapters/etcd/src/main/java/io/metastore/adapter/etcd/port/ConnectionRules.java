package io.metastore.adapter.etcd.port;

import static java.util.Objects.requireNonNull;

import io.grpc.netty.NettyServerBuilder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What the client port asks of a gRPC connection.
 *
 * @param clientPingMin a client that pings more often is disconnected
 * @param pingInterval after which the server pings a silent connection; zero for never
 * @param pingTimeout after which a ping without an answer ends the connection; zero for never
 * @param streamsMax calls that one connection may have open
 */
public record ConnectionRules(
    Duration clientPingMin, Duration pingInterval, Duration pingTimeout, int streamsMax) {
  /** Those of etcd. */
  public static final ConnectionRules DEFAULT =
      new ConnectionRules(
          Duration.ofSeconds(5), Duration.ofHours(2), Duration.ofSeconds(20), Integer.MAX_VALUE);

  public ConnectionRules {
    requireNonNull(clientPingMin, "clientPingMin");
    requireNonNull(pingInterval, "pingInterval");
    requireNonNull(pingTimeout, "pingTimeout");
    if (streamsMax < 1) {
      throw new IllegalArgumentException("no stream could be opened: " + streamsMax);
    }
  }

  void apply(NettyServerBuilder builder) {
    builder
        .permitKeepAliveTime(clientPingMin.toNanos(), TimeUnit.NANOSECONDS)
        .permitKeepAliveWithoutCalls(false)
        .maxConcurrentCallsPerConnection(streamsMax);
    if (pingInterval.isZero() || pingTimeout.isZero()) {
      // Not told, grpc-java would ping after its own two hours.
      builder.keepAliveTime(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    } else {
      builder
          .keepAliveTime(pingInterval.toNanos(), TimeUnit.NANOSECONDS)
          .keepAliveTimeout(pingTimeout.toNanos(), TimeUnit.NANOSECONDS);
    }
  }
}
