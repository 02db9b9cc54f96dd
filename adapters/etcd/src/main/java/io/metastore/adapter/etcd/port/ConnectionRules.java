package io.metastore.adapter.etcd.port;

import static java.util.Objects.requireNonNull;

import io.grpc.netty.NettyServerBuilder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Limits for gRPC connections.
 *
 * @param clientPingMin a client that pings more often is disconnected
 * @param pingInterval the server pings a connection after this time of silence; zero for never
 * @param pingTimeout a connection is closed if a ping is not answered within this time; zero for
 *     never
 * @param streamsMax the maximum number of open calls on a connection
 */
public record ConnectionRules(
    Duration clientPingMin, Duration pingInterval, Duration pingTimeout, int streamsMax) {
  /** etcd's defaults. */
  public static final ConnectionRules DEFAULT =
      new ConnectionRules(
          Duration.ofSeconds(5), Duration.ofHours(2), Duration.ofSeconds(20), Integer.MAX_VALUE);

  public ConnectionRules {
    requireNonNull(clientPingMin, "clientPingMin");
    requireNonNull(pingInterval, "pingInterval");
    requireNonNull(pingTimeout, "pingTimeout");
    if (streamsMax < 1) {
      throw new IllegalArgumentException("streamsMax must be positive: " + streamsMax);
    }
  }

  void apply(NettyServerBuilder builder) {
    builder
        .permitKeepAliveTime(clientPingMin.toNanos(), TimeUnit.NANOSECONDS)
        .permitKeepAliveWithoutCalls(false)
        .maxConcurrentCallsPerConnection(streamsMax);
    if (pingInterval.isZero() || pingTimeout.isZero()) {
      // Otherwise grpc-java would ping after its default of two hours.
      builder.keepAliveTime(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    } else {
      builder
          .keepAliveTime(pingInterval.toNanos(), TimeUnit.NANOSECONDS)
          .keepAliveTimeout(pingTimeout.toNanos(), TimeUnit.NANOSECONDS);
    }
  }
}
