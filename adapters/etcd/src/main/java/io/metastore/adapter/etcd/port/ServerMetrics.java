package io.metastore.adapter.etcd.port;

import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.metastore.core.api.ClusterView;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/**
 * What a scrape tells, under etcd's names. Everything is read at the moment of the scrape, so it
 * costs nothing in between.
 */
public final class ServerMetrics {
  private final PrometheusRegistry registry = new PrometheusRegistry();

  private ServerMetrics() {}

  /** Asking the result blocks on {@code /proc} and on the store's files. */
  public static PrometheusRegistry registry(
      ClusterView cluster, GrpcCounters calls, HealthChecks health, EtcdVersion version) {
    ServerMetrics metrics = new ServerMetrics();
    metrics.member(cluster, version);
    metrics.store(cluster);
    metrics.calls(calls);
    ProcessMetrics.builder().register(metrics.registry);
    return metrics.registry;
  }

  private void member(ClusterView cluster, EtcdVersion version) {
    gauge(
        "etcd_server_has_leader",
        "Whether or not a leader exists. 1 is existence, 0 is not.",
        () -> cluster.leaderId() != 0 ? 1 : 0);
    gauge(
        "etcd_server_is_leader",
        "Whether or not this member is a leader. 1 if is, 0 otherwise.",
        () -> cluster.leaderId() == cluster.memberId() ? 1 : 0);
    counter(
        "etcd_server_leader_changes_seen_total",
        "The number of leader changes seen.",
        cluster::leaderChanges);
    fact(
        "etcd_server_id",
        "Server or member ID in hexadecimal format. 1 for 'server_id' label with current ID.",
        "server_id",
        Long.toHexString(cluster.memberId()));
    fact(
        "etcd_server_version",
        "Which version is running. 1 for 'server_version' label with current version.",
        "server_version",
        version.server());
    fact(
        "etcd_cluster_version",
        "Which version is running. 1 for 'cluster_version' label with current cluster version",
        "cluster_version",
        version.minor());
  }

  private void store(ClusterView cluster) {
    counter(
        "etcd_server_proposals_committed_total",
        "The total number of consensus proposals committed.",
        cluster::committedIndex);
    counter(
        "etcd_server_proposals_applied_total",
        "The total number of consensus proposals applied.",
        cluster::appliedIndex);
    gauge(
        "etcd_mvcc_db_total_size_in_bytes",
        "Total size of the underlying database physically allocated in bytes.",
        cluster::sizeBytes);
    gauge(
        "etcd_mvcc_db_total_size_in_use_in_bytes",
        "Total size of the underlying database logically in use in bytes.",
        cluster::sizeInUseBytes);
    gauge(
        "etcd_debugging_mvcc_current_revision",
        "The current revision of store.",
        cluster::revision);
  }

  private void calls(GrpcCounters calls) {
    CounterWithCallback.builder()
        .name("grpc_server_started_total")
        .help("Total number of RPCs started on the server.")
        .labelNames("grpc_method", "grpc_service", "grpc_type")
        .callback(
            callback ->
                calls
                    .methods()
                    .forEach(
                        method ->
                            callback.call(
                                (double) method.started(),
                                method.name,
                                method.service,
                                type(method.type))))
        .register(registry);
    CounterWithCallback.builder()
        .name("grpc_server_handled_total")
        .help("Total number of RPCs completed on the server, regardless of success or failure.")
        .labelNames("grpc_code", "grpc_method", "grpc_service", "grpc_type")
        .callback(
            callback -> {
              for (GrpcCounters.Method method : calls.methods()) {
                for (Status.Code code : Status.Code.values()) {
                  callback.call(
                      (double) method.handled(code),
                      goName(code),
                      method.name,
                      method.service,
                      type(method.type));
                }
              }
            })
        .register(registry);
  }

  private void gauge(String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsDouble()))
        .register(registry);
  }

  private void counter(String name, String help, DoubleSupplier value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsDouble()))
        .register(registry);
  }

  private void fact(String name, String help, String label, String value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(label)
        .callback(callback -> callback.call(1, value))
        .register(registry);
  }

  private static String type(MethodType type) {
    return switch (type) {
      case UNARY -> "unary";
      case CLIENT_STREAMING -> "client_stream";
      case SERVER_STREAMING -> "server_stream";
      case BIDI_STREAMING -> "bidi_stream";
      case UNKNOWN -> "unknown";
    };
  }

  /** {@code DEADLINE_EXCEEDED} is {@code DeadlineExceeded} in Go. */
  static String goName(Status.Code code) {
    if (code == Status.Code.OK) {
      return "OK";
    }
    StringBuilder name = new StringBuilder();
    for (String word : code.name().split("_", -1)) {
      name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return name.toString();
  }
}
