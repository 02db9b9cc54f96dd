package io.metastore.bench.load;

import static java.util.Objects.requireNonNull;

import io.metastore.bench.server.Access;
import io.metastore.bench.server.Endpoint;
import java.time.Duration;
import java.util.List;

/**
 * All settings of a run.
 *
 * <p>A workload that ends by itself has no warm-up and is measured to its end.
 *
 * @param endpoints the members to connect to
 * @param target which of them get the load
 * @param workload what each operation does
 * @param clients the number of concurrent operations
 * @param connections the number of TCP connections that the clients share
 * @param eventLoops the number of threads that serve the connections
 * @param transport the client for unary calls
 * @param keys the number of different keys
 * @param keyBytes the length of each key
 * @param valueBytes the length of each value
 * @param fill whether to first write the keys that the workload reads
 * @param warmUp the duration of the load before the measurement
 * @param duration the duration of the measurement
 * @param total the maximum number of operations, including the warm-up
 * @param rate operations per second of all clients together; 0 for as many as possible
 * @param seed determines keys and values
 * @param readShare the share of transactions that only read, 0 to 1
 * @param batch puts per transaction of {@link Workload#LOAD}
 * @param watch the watchers of {@link Workload#WATCH}
 * @param access what the servers demand
 */
public record LoadSpec(
    List<Endpoint> endpoints,
    Target target,
    Workload workload,
    int clients,
    int connections,
    int eventLoops,
    Transport transport,
    long keys,
    int keyBytes,
    int valueBytes,
    boolean fill,
    Duration warmUp,
    Duration duration,
    long total,
    double rate,
    long seed,
    double readShare,
    int batch,
    WatchSpec watch,
    Access access) {

  // The initial HTTP/2 window of a stream, minus the overhead around keys and values.
  private static final long LEAN_REQUEST_BYTES_MAX = 60_000;
  private static final long BYTES_AROUND_A_PUT = 24;

  // A run ends when all clients have done the operations that they are waiting to start.
  private static final double SLOWEST_CLIENT_SECONDS = 10;

  /** Which members get the load. */
  public enum Target {
    /** All endpoints, connections spread evenly. */
    ALL,
    /** Only the member that is the leader when the run starts. */
    LEADER,
    /** All members that are not the leader when the run starts. */
    FOLLOWERS
  }

  /** Checks that the settings are consistent. */
  public LoadSpec {
    endpoints = List.copyOf(endpoints);
    requireNonNull(target, "target");
    requireNonNull(workload, "workload");
    requireNonNull(transport, "transport");
    requireNonNull(watch, "watch");
    requireNonNull(access, "access");
    requireNonNull(warmUp, "warmUp");
    requireNonNull(duration, "duration");
    check(!endpoints.isEmpty(), "at least one endpoint is needed");
    check(clients > 0, "clients must be positive, not " + clients);
    check(connections > 0, "connections must be positive, not " + connections);
    check(connections <= clients, "more connections than clients: " + connections);
    check(eventLoops > 0, "event loops must be positive, not " + eventLoops);
    check(keys > 0, "keys must be positive, not " + keys);
    check(valueBytes >= 0, "value size must not be negative: " + valueBytes);
    check(total > 0, "total must be positive, not " + total);
    check(rate >= 0, "rate must not be negative: " + rate);
    check(
        rate == 0 || clients / rate <= SLOWEST_CLIENT_SECONDS,
        "each client must have an operation every 10 seconds: fewer clients, or a higher rate");
    check(
        rate == 0 || workload != Workload.LEASE_KEEPALIVE, "lease-keepalive has no constant rate");
    check(readShare >= 0 && readShare <= 1, "read share must be within 0 and 1: " + readShare);
    check(batch > 0, "batch must be positive, not " + batch);
    long puts = workload == Workload.LOAD ? batch : 1;
    check(
        transport == Transport.GRPC
            || puts * (keyBytes + valueBytes + BYTES_AROUND_A_PUT) <= LEAN_REQUEST_BYTES_MAX,
        "requests above " + LEAN_REQUEST_BYTES_MAX + " bytes need the transport grpc");
    check(
        workload != Workload.WATCH || valueBytes >= Long.BYTES,
        "watch puts its time stamp into the value, which needs 8 bytes, not " + valueBytes);
  }

  /** The same settings with another workload and other servers. */
  public LoadSpec against(
      List<Endpoint> otherEndpoints,
      Workload other,
      int otherClients,
      int otherConnections,
      double otherRate) {
    return new LoadSpec(
        otherEndpoints,
        target,
        other,
        otherClients,
        otherConnections,
        eventLoops,
        transport,
        keys,
        keyBytes,
        valueBytes,
        fill,
        warmUp,
        duration,
        total,
        otherRate,
        seed,
        readShare,
        batch,
        watch,
        access);
  }

  private static void check(boolean condition, String complaint) {
    if (!condition) {
      throw new IllegalArgumentException(complaint);
    }
  }
}
