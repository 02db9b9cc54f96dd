package io.metastore.server.config;

import io.metastore.adapter.etcd.port.ServerMetrics;
import java.util.List;
import java.util.Set;

/**
 * What the client port serves besides etcd's gRPC services.
 *
 * @param gateway whether the services are also served as JSON
 * @param reflection whether gRPC clients can query the services and their messages
 * @param profiling whether {@code /debug/pprof} is served
 * @param extensiveMetrics whether the durations of calls are measured
 * @param corsOrigins origins whose pages may read answers; {@code *} for all
 * @param hostWhitelist accepted values of the Host header; {@code *} for all
 * @param listenMetricsUrls further addresses, which serve only metrics and health
 * @param listenClientHttpUrls addresses for HTTP; if there are any, the client addresses serve gRPC
 *     only
 * @param features etcd's features, which the metrics list
 */
public record HttpConfig(
    boolean gateway,
    boolean reflection,
    boolean profiling,
    boolean extensiveMetrics,
    Set<String> corsOrigins,
    Set<String> hostWhitelist,
    List<EtcdUrl> listenMetricsUrls,
    List<EtcdUrl> listenClientHttpUrls,
    List<ServerMetrics.Feature> features) {

  public HttpConfig {
    corsOrigins = Set.copyOf(corsOrigins);
    hostWhitelist = Set.copyOf(hostWhitelist);
    listenMetricsUrls = List.copyOf(listenMetricsUrls);
    listenClientHttpUrls = List.copyOf(listenClientHttpUrls);
    features = List.copyOf(features);
  }
}
