package io.metastore.server.config;

import static io.metastore.server.config.FlagType.CLUSTER_STATE;
import static io.metastore.server.config.FlagType.COUNT;
import static io.metastore.server.config.FlagType.DURATION;
import static io.metastore.server.config.FlagType.IGNORED;
import static io.metastore.server.config.FlagType.IGNORED_SWITCH;
import static io.metastore.server.config.FlagType.LOG_LEVEL;
import static io.metastore.server.config.FlagType.SWITCH;
import static io.metastore.server.config.FlagType.TEXT;
import static io.metastore.server.config.FlagType.URLS;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All flags, in the order of the usage text. To add one, add a line and read it where it acts. */
final class EtcdFlags {
  static final String NAME = "name";
  static final String DATA_DIR = "data-dir";
  static final String LISTEN_PEER_URLS = "listen-peer-urls";
  static final String LISTEN_CLIENT_URLS = "listen-client-urls";
  static final String INITIAL_ADVERTISE_PEER_URLS = "initial-advertise-peer-urls";
  static final String ADVERTISE_CLIENT_URLS = "advertise-client-urls";
  static final String INITIAL_CLUSTER = "initial-cluster";
  static final String INITIAL_CLUSTER_STATE = "initial-cluster-state";
  static final String INITIAL_CLUSTER_TOKEN = "initial-cluster-token";
  static final String HEARTBEAT_INTERVAL = "heartbeat-interval";
  static final String ELECTION_TIMEOUT = "election-timeout";
  static final String SNAPSHOT_COUNT = "snapshot-count";
  static final String MAX_TXN_OPS = "max-txn-ops";
  static final String MAX_REQUEST_BYTES = "max-request-bytes";
  static final String WATCH_PROGRESS_NOTIFY_INTERVAL = "watch-progress-notify-interval";
  static final String DISCOVERY = "discovery";
  static final String DISCOVERY_SIZE = "discovery-size";
  static final String DISCOVERY_GROUP = "discovery-group";
  static final String DISCOVERY_INTERFACE = "discovery-interface";
  static final String ENABLE_GRPC_GATEWAY = "enable-grpc-gateway";
  static final String ENABLE_GRPC_REFLECTION = "enable-grpc-reflection";
  static final String ENABLE_PPROF = "enable-pprof";
  static final String METRICS = "metrics";
  static final String CORS = "cors";
  static final String HOST_WHITELIST = "host-whitelist";
  static final String LISTEN_METRICS_URLS = "listen-metrics-urls";
  static final String LISTEN_CLIENT_HTTP_URLS = "listen-client-http-urls";
  static final String LOG_LEVEL_FLAG = "log-level";

  /** An older spelling, to the flag that it means. */
  private static final Map<String, String> ALIASES =
      Map.of("experimental-watch-progress-notify-interval", WATCH_PROGRESS_NOTIFY_INTERVAL);

  private static final String NO_EFFECT = "No effect here.";

  static final List<Flag> ALL =
      List.of(
          new Flag(NAME, TEXT, "default", "Human-readable name for this member."),
          new Flag(DATA_DIR, TEXT, "", "Path to the data directory; ${name}.etcd by default."),
          new Flag(
              LISTEN_PEER_URLS,
              URLS,
              "http://localhost:2380",
              "List of URLs to listen on for traffic between members."),
          new Flag(
              LISTEN_CLIENT_URLS,
              URLS,
              "http://localhost:2379",
              "List of URLs to listen on for client traffic."),
          new Flag(
              INITIAL_ADVERTISE_PEER_URLS,
              URLS,
              "http://localhost:2380",
              "List of this member's peer URLs to advertise to the rest of the cluster."),
          new Flag(
              ADVERTISE_CLIENT_URLS,
              URLS,
              "http://localhost:2379",
              "List of this member's client URLs to advertise to the public."),
          new Flag(
              INITIAL_CLUSTER, TEXT, "", "Initial cluster: name=URL,…; this member by default."),
          new Flag(
              INITIAL_CLUSTER_STATE,
              CLUSTER_STATE,
              "new",
              "Initial cluster state ('new' or 'existing')."),
          new Flag(
              INITIAL_CLUSTER_TOKEN,
              TEXT,
              "etcd-cluster",
              "Tells this cluster from others when ids are made."),
          new Flag(
              DISCOVERY,
              FlagType.DISCOVERY,
              "static",
              "How the members of a new cluster find each other ('static': --initial-cluster,"
                  + " 'multicast', or 'none': wait for Bootstrap or Join of the native API). Not"
                  + " etcd's flag of this name."),
          new Flag(
              DISCOVERY_SIZE, COUNT, "0", "How many members 'multicast' forms the cluster of."),
          new Flag(
              DISCOVERY_GROUP,
              TEXT,
              "239.77.83.1:2382",
              "Address and port at which members meet by 'multicast'."),
          new Flag(
              DISCOVERY_INTERFACE,
              TEXT,
              "",
              "Name of the network interface for 'multicast'; the system's choice by default."),
          new Flag(
              HEARTBEAT_INTERVAL,
              COUNT,
              "100",
              "Time (in milliseconds) after which a member that was away is tried again. Heartbeats are sent every"
                  + " half election timeout."),
          new Flag(
              ELECTION_TIMEOUT,
              COUNT,
              "1000",
              "Time (in milliseconds) for an election to timeout."),
          new Flag(
              SNAPSHOT_COUNT,
              COUNT,
              "10000",
              "Number of committed transactions to trigger a snapshot to disk."),
          new Flag(
              MAX_TXN_OPS,
              COUNT,
              "128",
              "Maximum number of operations permitted in a transaction."),
          new Flag(
              MAX_REQUEST_BYTES,
              COUNT,
              "1572864",
              "Maximum client request size in bytes the server will accept."),
          new Flag(
              WATCH_PROGRESS_NOTIFY_INTERVAL,
              DURATION,
              "10m",
              "Duration of periodic watch progress notifications."),
          new Flag(ENABLE_GRPC_GATEWAY, SWITCH, "true", "Enable GRPC gateway."),
          new Flag(
              ENABLE_GRPC_REFLECTION,
              SWITCH,
              "false",
              "Answer gRPC server reflection (grpcurl and the like). Not in etcd."),
          new Flag(
              ENABLE_PPROF,
              SWITCH,
              "false",
              "Serve facts on threads and heap below /debug/pprof/. What a JVM cannot tell is not found."),
          new Flag(
              METRICS,
              TEXT,
              "basic",
              "Set level of detail for exported metrics, specify 'extensive' to include server side grpc"
                  + " histogram metrics."),
          new Flag(
              CORS,
              TEXT,
              "*",
              "Comma-separated whitelist of origins for CORS, or cross-origin resource sharing,"
                  + " (empty or * means allow all)."),
          new Flag(
              HOST_WHITELIST,
              TEXT,
              "*",
              "Acceptable hostnames from HTTP client requests, if server is not secure (empty or *"
                  + " means allow all)."),
          new Flag(
              LISTEN_METRICS_URLS,
              URLS,
              "",
              "List of URLs to listen on for the /metrics and /health endpoints."),
          new Flag(
              LISTEN_CLIENT_HTTP_URLS,
              URLS,
              "",
              "List of URLs to listen on for http only client traffic. Enabling this flag removes http"
                  + " services from --listen-client-urls."),
          new Flag(
              LOG_LEVEL_FLAG,
              LOG_LEVEL,
              "info",
              "Configures log level. Only supports debug, info, warn, error, panic, or fatal."),
          // What scripts and manifests pass along and nothing here depends on.
          new Flag("logger", IGNORED, "zap", NO_EFFECT),
          new Flag("log-outputs", IGNORED, "default", NO_EFFECT),
          new Flag("log-format", IGNORED, "json", NO_EFFECT),
          new Flag("backend-batch-interval", IGNORED, "", NO_EFFECT),
          new Flag("backend-batch-limit", IGNORED, "", NO_EFFECT),
          new Flag("backend-bbolt-freelist-type", IGNORED, "", NO_EFFECT),
          new Flag("max-snapshots", IGNORED, "", NO_EFFECT),
          new Flag("max-wals", IGNORED, "", NO_EFFECT),
          new Flag("enable-v2", IGNORED_SWITCH, "false", NO_EFFECT),
          new Flag("v2-deprecation", IGNORED, "", NO_EFFECT),
          new Flag("debug", IGNORED_SWITCH, "false", NO_EFFECT),
          new Flag("log-package-levels", IGNORED, "", NO_EFFECT),
          new Flag("raft-read-timeout", IGNORED, "", NO_EFFECT),
          new Flag("raft-write-timeout", IGNORED, "", NO_EFFECT),
          new Flag("unsafe-no-fsync", IGNORED_SWITCH, "false", NO_EFFECT));

  private static final Map<String, Flag> BY_NAME = new LinkedHashMap<>();

  static {
    ALL.forEach(flag -> BY_NAME.put(flag.name(), flag));
  }

  private EtcdFlags() {}

  static @Nullable Flag find(String name) {
    return BY_NAME.get(ALIASES.getOrDefault(name, name));
  }

  static Flag get(String name) {
    Flag flag = find(name);
    if (flag == null) {
      throw new IllegalArgumentException("no such flag: " + name);
    }
    return flag;
  }
}
