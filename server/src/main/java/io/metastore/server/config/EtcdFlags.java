package io.metastore.server.config;

import static io.metastore.server.config.Flag.flag;
import static io.metastore.server.config.FlagType.ANYTHING;
import static io.metastore.server.config.FlagType.CLUSTER_STATE;
import static io.metastore.server.config.FlagType.COUNT;
import static io.metastore.server.config.FlagType.DURATION;
import static io.metastore.server.config.FlagType.NAMES;
import static io.metastore.server.config.FlagType.NUMBER;
import static io.metastore.server.config.FlagType.ORIGINS;
import static io.metastore.server.config.FlagType.SWITCH;
import static io.metastore.server.config.FlagType.TCP_URLS;
import static io.metastore.server.config.FlagType.TEXT;
import static io.metastore.server.config.FlagType.UINT32;
import static io.metastore.server.config.FlagType.URLS;
import static io.metastore.server.config.FlagType.WORDS;

import io.metastore.adapter.etcd.port.EtcdVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All flags: one table for the command line, the environment, the configuration file, the usage
 * text and docs/configuration.md.
 *
 * <p>To add a flag, add a row and read the flag where it takes effect. To support a flag that is
 * ignored or refused, remove that mark from its row.
 */
final class EtcdFlags {
  static final String NAME = "name";
  static final String DATA_DIR = "data-dir";
  static final String WAL_DIR = "wal-dir";
  static final String SNAPSHOT_COUNT = "snapshot-count";
  static final String SNAPSHOT_CATCHUP_ENTRIES = "snapshot-catchup-entries";
  static final String HEARTBEAT_INTERVAL = "heartbeat-interval";
  static final String ELECTION_TIMEOUT = "election-timeout";
  static final String LISTEN_PEER_URLS = "listen-peer-urls";
  static final String LISTEN_CLIENT_URLS = "listen-client-urls";
  static final String LISTEN_CLIENT_HTTP_URLS = "listen-client-http-urls";
  static final String MAX_TXN_OPS = "max-txn-ops";
  static final String CLIENT_CERT_AUTH = "client-cert-auth";
  static final String AUTH_TOKEN = "auth-token";
  static final String BCRYPT_COST = "bcrypt-cost";
  static final String AUTH_TOKEN_TTL = "auth-token-ttl";
  static final String MAX_REQUEST_BYTES = "max-request-bytes";
  static final String MAX_CONCURRENT_STREAMS = "max-concurrent-streams";
  static final String GRPC_KEEPALIVE_MIN_TIME = "grpc-keepalive-min-time";
  static final String GRPC_KEEPALIVE_INTERVAL = "grpc-keepalive-interval";
  static final String GRPC_KEEPALIVE_TIMEOUT = "grpc-keepalive-timeout";
  static final String ENABLE_GRPC_GATEWAY = "enable-grpc-gateway";
  static final String FEATURE_GATES = "feature-gates";
  static final String SOCKET_REUSE_PORT = "socket-reuse-port";

  static final String INITIAL_ADVERTISE_PEER_URLS = "initial-advertise-peer-urls";
  static final String INITIAL_CLUSTER = "initial-cluster";
  static final String INITIAL_CLUSTER_STATE = "initial-cluster-state";
  static final String FORCE_NEW_CLUSTER = "force-new-cluster";
  static final String MAX_LEARNERS = "max-learners";
  static final String STRICT_RECONFIG_CHECK = "strict-reconfig-check";
  static final String INITIAL_CLUSTER_TOKEN = "initial-cluster-token";
  static final String ADVERTISE_CLIENT_URLS = "advertise-client-urls";
  static final String DISCOVERY_TOKEN = "discovery-token";
  static final String DISCOVERY_ENDPOINTS = "discovery-endpoints";
  static final String DISCOVERY_DIAL_TIMEOUT = "discovery-dial-timeout";
  static final String DISCOVERY_REQUEST_TIMEOUT = "discovery-request-timeout";
  static final String DISCOVERY_KEEPALIVE_TIME = "discovery-keepalive-time";
  static final String DISCOVERY_KEEPALIVE_TIMEOUT = "discovery-keepalive-timeout";
  static final String DISCOVERY_INSECURE_TRANSPORT = "discovery-insecure-transport";
  static final String DISCOVERY_INSECURE_SKIP_TLS_VERIFY = "discovery-insecure-skip-tls-verify";
  static final String DISCOVERY_CERT = "discovery-cert";
  static final String DISCOVERY_KEY = "discovery-key";
  static final String DISCOVERY_CACERT = "discovery-cacert";
  static final String DISCOVERY_USER = "discovery-user";
  static final String DISCOVERY_PASSWORD = "discovery-password";
  static final String DISCOVERY_SRV_NAME = "discovery-srv-name";
  static final String DISCOVERY_FALLBACK = "discovery-fallback";
  static final String DISCOVERY_SRV = "discovery-srv";
  static final String AUTO_COMPACTION_MODE = "auto-compaction-mode";
  static final String AUTO_COMPACTION_RETENTION = "auto-compaction-retention";
  static final String QUOTA_BACKEND_BYTES = "quota-backend-bytes";
  static final String COMPACTION_BATCH_LIMIT = "compaction-batch-limit";
  static final String COMPACTION_SLEEP_INTERVAL = "compaction-sleep-interval";
  static final String WARNING_APPLY_DURATION = "warning-apply-duration";
  static final String WARNING_UNARY_REQUEST_DURATION = "warning-unary-request-duration";

  static final String CLIENT_CERT_ALLOWED_CN = "client-cert-allowed-cn";
  static final String CIPHER_SUITES = "cipher-suites";
  static final String CORS = "cors";
  static final String HOST_WHITELIST = "host-whitelist";
  static final String TLS_MIN_VERSION = "tls-min-version";
  static final String TLS_MAX_VERSION = "tls-max-version";

  static final String ENABLE_PPROF = "enable-pprof";
  static final String METRICS = "metrics";
  static final String LISTEN_METRICS_URLS = "listen-metrics-urls";

  static final String LOGGER = "logger";
  static final String LOG_OUTPUTS = "log-outputs";
  static final String DEBUG = "debug";
  static final String LOG_LEVEL = "log-level";
  static final String LOG_FORMAT = "log-format";
  static final String ENABLE_LOG_ROTATION = "enable-log-rotation";
  static final String LOG_ROTATION_CONFIG_JSON = "log-rotation-config-json";

  static final String ENABLE_DISTRIBUTED_TRACING = "enable-distributed-tracing";
  static final String DISTRIBUTED_TRACING_ADDRESS = "distributed-tracing-address";
  static final String DISTRIBUTED_TRACING_SERVICE_NAME = "distributed-tracing-service-name";
  static final String DISTRIBUTED_TRACING_INSTANCE_ID = "distributed-tracing-instance-id";
  static final String DISTRIBUTED_TRACING_SAMPLING_RATE = "distributed-tracing-sampling-rate";

  static final String BOOTSTRAP_DEFRAG_THRESHOLD_MEGABYTES = "bootstrap-defrag-threshold-megabytes";
  static final String CORRUPT_CHECK_TIME = "corrupt-check-time";
  static final String COMPACT_HASH_CHECK_TIME = "compact-hash-check-time";
  static final String WATCH_PROGRESS_NOTIFY_INTERVAL = "watch-progress-notify-interval";

  static final String WAIT_CLUSTER_READY_TIMEOUT = "wait-cluster-ready-timeout";

  static final String CONFIG_FILE = "config-file";
  static final String VERSION = "version";

  static final String BOOTSTRAP = "bootstrap";
  static final String MULTICAST_SIZE = "multicast-size";
  static final String MULTICAST_GROUP = "multicast-group";
  static final String MULTICAST_INTERFACE = "multicast-interface";
  static final String COMPAT_VERSION = "compat-version";
  static final String ENABLE_GRPC_REFLECTION = "enable-grpc-reflection";
  static final String LISTEN_ZOOKEEPER_URLS = "listen-zookeeper-urls";
  static final String ZOOKEEPER_MAX_CLIENT_CONNECTIONS = "zookeeper-max-client-connections";
  static final String ZOOKEEPER_4LW_WHITELIST = "zookeeper-4lw-whitelist";
  static final String ZOOKEEPER_TICK_TIME = "zookeeper-tick-time";
  static final String ZOOKEEPER_MIN_SESSION_TIMEOUT = "zookeeper-min-session-timeout";
  static final String ZOOKEEPER_MAX_SESSION_TIMEOUT = "zookeeper-max-session-timeout";
  static final String LISTEN_ZOOKEEPER_ADMIN_URLS = "listen-zookeeper-admin-urls";
  static final String LISTEN_ZOOKEEPER_METRICS_URLS = "listen-zookeeper-metrics-urls";

  private static final String NO_BOLT = "Keys are stored in RocksDB, not in bbolt.";
  private static final String NO_V2_PROXY = "There is no v2 proxy, as in etcd since 3.6.";
  private static final String NO_V2 = "There is no v2 API and no v2 store.";
  private static final String LONG_GONE = "etcd has ignored it since 3.0.";

  private static final Section MEMBER =
      new Section(
          "Member",
          flag(NAME, TEXT, "default", "Human-readable name for this member."),
          flag(DATA_DIR, TEXT, "", "Path to the data directory; ${name}.etcd if empty."),
          flag(
              WAL_DIR,
              TEXT,
              "",
              "Path to the dedicated wal directory, for the Raft log; in the data directory if"
                  + " empty."),
          flag(
              SNAPSHOT_COUNT,
              COUNT,
              "10000",
              "Number of committed transactions to trigger a snapshot."),
          flag(HEARTBEAT_INTERVAL, COUNT, "100", "Time (in milliseconds) of a heartbeat interval."),
          flag(
              ELECTION_TIMEOUT,
              COUNT,
              "1000",
              "Time (in milliseconds) for an election to timeout."),
          flag(
                  "initial-election-tick-advance",
                  SWITCH,
                  "true",
                  "Whether to fast-forward initial election ticks on boot for faster election.")
              .ignored("The first election timeout after a start is always short."),
          flag(
              LISTEN_PEER_URLS,
              URLS,
              "http://localhost:2380",
              "List of URLs to listen on for peer traffic."),
          flag(
              LISTEN_CLIENT_URLS,
              URLS,
              "http://localhost:2379",
              "List of URLs to listen on for client grpc traffic and http as long as"
                  + " --listen-client-http-urls is not specified."),
          flag(
              LISTEN_CLIENT_HTTP_URLS,
              URLS,
              "",
              "List of URLs to listen on for http only client traffic. Enabling this flag removes"
                  + " http services from --listen-client-urls."),
          flag("max-snapshots", COUNT, "5", "Maximum number of snapshot files to retain.")
              .ignored(
                  "The server keeps only the newest checkpoint. In etcd, --max-snapshots is deprecated"
                      + " in 3.6 and will be decommissioned in 3.8."),
          flag("max-wals", COUNT, "5", "Maximum number of wal files to retain.")
              .ignored("The log is kept from the newest checkpoint on."),
          flag("memory-mlock", SWITCH, "false", "Enable to enforce etcd pages to stay in RAM.")
              .ignored("A JVM cannot lock its memory.")
              .formerly("experimental-memory-mlock"),
          flag(
              QUOTA_BACKEND_BYTES,
              NUMBER,
              "0",
              "Sets the maximum size (in bytes) that the etcd backend database may consume."
                  + " Exceeding this triggers an alarm and puts etcd in read-only mode. Set to"
                  + " 0 to use the default 2GiB limit, to a negative number for none."),
          flag("backend-bbolt-freelist-type", TEXT, "map", "Type of the freelist of bbolt.")
              .ignored(NO_BOLT)
              .formerly("experimental-backend-bbolt-freelist-type"),
          flag("backend-batch-interval", DURATION, "0", "Maximum time before bbolt commits.")
              .ignored(NO_BOLT),
          flag("backend-batch-limit", NUMBER, "0", "Maximum operations before bbolt commits.")
              .ignored(NO_BOLT),
          flag(
              MAX_TXN_OPS,
              COUNT,
              "128",
              "Maximum number of operations permitted in a transaction."),
          flag(
              MAX_REQUEST_BYTES,
              COUNT,
              "1572864",
              "Maximum client request size in bytes the server will accept."),
          flag(
              MAX_CONCURRENT_STREAMS,
              UINT32,
              "4294967295",
              "Maximum concurrent streams that each client can open at a time."),
          flag(
              GRPC_KEEPALIVE_MIN_TIME,
              DURATION,
              "5s",
              "Minimum interval duration that a client should wait before pinging server."),
          flag(
              GRPC_KEEPALIVE_INTERVAL,
              DURATION,
              "2h",
              "Frequency duration of server-to-client ping to check if a connection is alive"
                  + " (0 to disable)."),
          flag(
              GRPC_KEEPALIVE_TIMEOUT,
              DURATION,
              "20s",
              "Additional duration of wait before closing a non-responsive connection (0 to"
                  + " disable)."),
          flag(
                  SOCKET_REUSE_PORT,
                  SWITCH,
                  "false",
                  "Enable to set socket option SO_REUSEPORT on listeners allowing rebinding of a"
                      + " port already in use.")
              .yaml("socket-options.reuse-port"),
          flag(
                  "socket-reuse-address",
                  SWITCH,
                  "false",
                  "Enable to set socket option SO_REUSEADDR on listeners allowing binding to an"
                      + " address in TIME_WAIT state.")
              .ignored("Listeners always have SO_REUSEADDR.")
              .yaml("socket-options.reuse-address"),
          flag(ENABLE_GRPC_GATEWAY, SWITCH, "true", "Enable GRPC gateway."),
          flag("raft-read-timeout", DURATION, "5s", "Read timeout set on each peer connection.")
              .ignored("gRPC keepalive detects broken connections between members.")
              .yaml(null),
          flag("raft-write-timeout", DURATION, "5s", "Write timeout set on each peer connection.")
              .ignored("gRPC keepalive detects broken connections between members.")
              .yaml(null),
          flag(
              FEATURE_GATES,
              FlagType.FEATURE_GATES,
              "",
              "A set of key=value pairs that describe server level feature gates for"
                  + " alpha/experimental features."));

  private static final Section CLUSTERING =
      new Section(
          "Clustering",
          flag(
              INITIAL_ADVERTISE_PEER_URLS,
              URLS,
              "http://localhost:2380",
              "List of this member's peer URLs to advertise to the rest of the cluster."),
          flag(
              INITIAL_CLUSTER,
              TEXT,
              "",
              "Initial cluster configuration for bootstrapping, name=URL,…; this member alone if"
                  + " empty."),
          flag(
              INITIAL_CLUSTER_STATE,
              CLUSTER_STATE,
              "new",
              "Initial cluster state ('new' when bootstrapping a new cluster or 'existing' when"
                  + " adding new members to an existing cluster). After successful initialization"
                  + " (bootstrapping or adding), flag is ignored on restarts."),
          flag(
              INITIAL_CLUSTER_TOKEN,
              TEXT,
              "etcd-cluster",
              "Initial cluster token for the etcd cluster during bootstrap; part of the hash that"
                  + " member and cluster IDs are derived from."),
          flag(
              ADVERTISE_CLIENT_URLS,
              URLS,
              "http://localhost:2379",
              "List of this member's client URLs to advertise to the public."),
          discovery(
                  DISCOVERY_TOKEN,
                  TEXT,
                  "",
                  "discovery token for the etcd cluster to be bootstrapped.")
              .yaml("discovery-config.token"),
          discovery(
                  DISCOVERY_ENDPOINTS,
                  NAMES,
                  "",
                  "List of gRPC endpoints of the discovery service.")
              .yaml("discovery-config.client.endpoints"),
          discovery(DISCOVERY_DIAL_TIMEOUT, DURATION, "2s", "dial timeout for client connections.")
              .yaml("discovery-config.client.dial-timeout"),
          discovery(
                  DISCOVERY_REQUEST_TIMEOUT,
                  DURATION,
                  "5s",
                  "timeout for discovery requests (excluding dial timeout).")
              .yaml("discovery-config.client.request-timeout"),
          discovery(
                  DISCOVERY_KEEPALIVE_TIME,
                  DURATION,
                  "2s",
                  "keepalive time for client connections.")
              .yaml("discovery-config.client.keepalive-time"),
          discovery(
                  DISCOVERY_KEEPALIVE_TIMEOUT,
                  DURATION,
                  "6s",
                  "keepalive timeout for client connections.")
              .yaml("discovery-config.client.keepalive-timeout"),
          discovery(
                  DISCOVERY_INSECURE_TRANSPORT,
                  SWITCH,
                  "true",
                  "disable transport security for client connections.")
              .yaml("discovery-config.client.secure.insecure-transport"),
          discovery(
                  DISCOVERY_INSECURE_SKIP_TLS_VERIFY,
                  SWITCH,
                  "false",
                  "skip server certificate verification (CAUTION: this option should be enabled"
                      + " only for testing purposes).")
              .yaml("discovery-config.client.secure.insecure-skip-tls-verify"),
          discovery(
                  DISCOVERY_CERT,
                  TEXT,
                  "",
                  "identify secure client using this TLS certificate file.")
              .yaml("discovery-config.client.secure.cert"),
          discovery(DISCOVERY_KEY, TEXT, "", "identify secure client using this TLS key file.")
              .yaml("discovery-config.client.secure.key"),
          discovery(
                  DISCOVERY_CACERT,
                  TEXT,
                  "",
                  "verify certificates of TLS-enabled secure servers using this CA bundle.")
              .yaml("discovery-config.client.secure.cacert"),
          discovery(DISCOVERY_USER, TEXT, "", "username[:password] for authentication.")
              .yaml("discovery-config.client.auth.username"),
          discovery(DISCOVERY_PASSWORD, TEXT, "", "password for authentication.")
              .yaml("discovery-config.client.auth.password"),
          flag(
                  DISCOVERY_FALLBACK,
                  FlagType.DISCOVERY_FALLBACK,
                  "exit",
                  "Expected behavior ('exit') when discovery services fails.")
              .yaml(null),
          flag(DISCOVERY_SRV, TEXT, "", "DNS srv domain used to bootstrap the cluster."),
          flag(
              DISCOVERY_SRV_NAME,
              TEXT,
              "",
              "Suffix to the dns srv name queried when bootstrapping."),
          flag(
              STRICT_RECONFIG_CHECK,
              SWITCH,
              "true",
              "Reject reconfiguration requests that would cause quorum loss."),
          flag(
                  "pre-vote",
                  SWITCH,
                  "true",
                  "Enable the raft Pre-Vote algorithm to prevent disruption when a node that has"
                      + " been partitioned away rejoins the cluster.")
              .ignored("Pre-Vote is always on."),
          flag(
              AUTO_COMPACTION_RETENTION,
              TEXT,
              "0",
              "Auto compaction retention length. 0 means disable auto compaction."),
          flag(
              AUTO_COMPACTION_MODE,
              TEXT,
              "periodic",
              "Interpret 'auto-compaction-retention' one of: periodic|revision. 'periodic' for"
                  + " duration based retention, defaulting to hours if no time unit is"
                  + " provided (e.g. '5m'). 'revision' for revision number based retention."),
          flag("v2-deprecation", TEXT, "write-only", "Phase of v2store deprecation.")
              .ignored(
                  NO_V2
                      + " In etcd, --v2-deprecation is deprecated and scheduled for removal in v3.8."
                      + " The default value is enforced, ignoring user input."));

  private static final Section SECURITY =
      new Section(
          "Security",
          flag("cert-file", TEXT, "", "Path to the client server TLS cert file.")
              .yaml("client-transport-security.cert-file"),
          flag("key-file", TEXT, "", "Path to the client server TLS key file.")
              .yaml("client-transport-security.key-file"),
          flag(CLIENT_CERT_AUTH, SWITCH, "false", "Enable client cert authentication.")
              .yaml("client-transport-security.client-cert-auth"),
          flag(
                  "client-cert-file",
                  TEXT,
                  "",
                  "Path to an explicit peer client TLS cert file otherwise cert file will be used"
                      + " when client auth is required.")
              .yaml("client-transport-security.client-cert-file"),
          flag(
                  "client-key-file",
                  TEXT,
                  "",
                  "Path to an explicit peer client TLS key file otherwise key file will be used"
                      + " when client auth is required.")
              .yaml("client-transport-security.client-key-file"),
          flag("client-crl-file", TEXT, "", "Path to the client certificate revocation list file.")
              .yaml(null),
          flag(
                  "client-cert-allowed-hostname",
                  WORDS,
                  "",
                  "Comma-separated list of SAN hostnames for client cert authentication.")
              .yaml("client-transport-security.allowed-hostname"),
          flag("trusted-ca-file", TEXT, "", "Path to the client server TLS trusted CA cert file.")
              .yaml("client-transport-security.trusted-ca-file"),
          flag("auto-tls", SWITCH, "false", "Client TLS using generated certificates.")
              .yaml("client-transport-security.auto-tls"),
          flag("peer-cert-file", TEXT, "", "Path to the peer server TLS cert file.")
              .yaml("peer-transport-security.cert-file"),
          flag("peer-key-file", TEXT, "", "Path to the peer server TLS key file.")
              .yaml("peer-transport-security.key-file"),
          flag("peer-client-cert-auth", SWITCH, "false", "Enable peer client cert authentication.")
              .yaml("peer-transport-security.client-cert-auth"),
          flag(
                  "peer-client-cert-file",
                  TEXT,
                  "",
                  "Path to an explicit peer client TLS cert file otherwise peer cert file will be"
                      + " used when client auth is required.")
              .yaml("peer-transport-security.client-cert-file"),
          flag(
                  "peer-client-key-file",
                  TEXT,
                  "",
                  "Path to an explicit peer client TLS key file otherwise peer key file will be"
                      + " used when client auth is required.")
              .yaml("peer-transport-security.client-key-file"),
          flag("peer-trusted-ca-file", TEXT, "", "Path to the peer server TLS trusted CA file.")
              .yaml("peer-transport-security.trusted-ca-file"),
          flag(
                  "peer-cert-allowed-cn",
                  WORDS,
                  "",
                  "Comma-separated list of allowed CNs for inter-peer TLS authentication.")
              .yaml("peer-transport-security.allowed-cn"),
          flag(
                  "peer-cert-allowed-hostname",
                  WORDS,
                  "",
                  "Comma-separated list of allowed SAN hostnames for inter-peer TLS"
                      + " authentication.")
              .yaml("peer-transport-security.allowed-hostname"),
          flag(
                  "peer-auto-tls",
                  SWITCH,
                  "false",
                  "Peer TLS using self-generated certificates if --peer-key-file and"
                      + " --peer-cert-file are not provided.")
              .yaml("peer-transport-security.auto-tls"),
          flag(
              "self-signed-cert-validity",
              COUNT,
              "1",
              "The validity period of the client and peer certificates that are automatically"
                  + " generated, the unit is year."),
          flag("peer-crl-file", TEXT, "", "Path to the peer certificate revocation list file.")
              .yaml(null),
          flag(
                  "peer-skip-client-san-verification",
                  SWITCH,
                  "false",
                  "Skip verification of SAN field in client certificate for peer connections.")
              .formerly("experimental-peer-skip-client-san-verification")
              .yaml("peer-transport-security.skip-client-san-verification"),
          flag(
              CIPHER_SUITES,
              WORDS,
              "",
              "Comma-separated list of supported TLS cipher suites between client/server and"
                  + " peers (empty will be auto-populated)."),
          flag(
              CORS,
              ORIGINS,
              "*",
              "Comma-separated whitelist of origins for CORS, or cross-origin resource sharing,"
                  + " (empty or * means allow all)."),
          flag(
              HOST_WHITELIST,
              NAMES,
              "*",
              "Acceptable hostnames from HTTP client requests, if server is not secure (empty or *"
                  + " means allow all)."),
          flag(
              TLS_MIN_VERSION,
              TEXT,
              "TLS1.2",
              "Minimum TLS version supported by etcd. Possible values: TLS1.2, TLS1.3."),
          flag(
              TLS_MAX_VERSION,
              TEXT,
              "",
              "Maximum TLS version supported by etcd. Possible values: TLS1.2, TLS1.3 (empty"
                  + " will be auto-populated)."));

  private static final Section AUTH =
      new Section(
          "Auth",
          flag(
              AUTH_TOKEN,
              TEXT,
              "simple",
              "Specify a v3 authentication token type and its options ('simple' or 'jwt')."),
          flag(
              BCRYPT_COST,
              COUNT,
              "10",
              "Specify the cost / strength of the bcrypt algorithm for hashing auth passwords."
                  + " Valid values are between 4 and 31."),
          flag(AUTH_TOKEN_TTL, COUNT, "300", "Time (in seconds) of the auth-token-ttl."));

  private static final Section MONITORING =
      new Section(
          "Profiling and Monitoring",
          flag(
              ENABLE_PPROF,
              SWITCH,
              "false",
              "Serve recordings of the JDK's Flight Recorder, a thread dump and a heap summary below"
                  + " /debug/pprof/."),
          flag(
              METRICS,
              TEXT,
              "basic",
              "Set level of detail for exported metrics, specify 'extensive' to include server"
                  + " side grpc histogram metrics."),
          flag(
              LISTEN_METRICS_URLS,
              URLS,
              "",
              "List of URLs to listen on for the /metrics and /health endpoints."));

  private static final Section LOGGING =
      new Section(
          "Logging",
          flag(LOGGER, TEXT, "zap", "Currently only supports 'zap' for structured logging."),
          flag(
              LOG_OUTPUTS,
              NAMES,
              "default",
              "Specify 'stdout' or 'stderr' to skip journald logging even when running under"
                  + " systemd, or list of comma separated output targets."),
          flag(
              LOG_LEVEL,
              FlagType.LOG_LEVEL,
              "info",
              "Configures log level. Only supports debug, info, warn, error, panic, or fatal."),
          flag(LOG_FORMAT, TEXT, "json", "Configures log format. Only supports json, console."),
          flag(
              ENABLE_LOG_ROTATION,
              SWITCH,
              "false",
              "Enable log rotation of a single log-outputs file target."),
          flag(
              LOG_ROTATION_CONFIG_JSON,
              TEXT,
              "{\"maxsize\": 100, \"maxage\": 0, \"maxbackups\": 0, \"localtime\": false,"
                  + " \"compress\": false}",
              "Configures log rotation if enabled with a JSON logger config. MaxSize(MB),"
                  + " MaxAge(days,0=no limit), MaxBackups(0=no limit), LocalTime(use computers"
                  + " local time), Compress(gzip)."),
          flag(
                  WARNING_UNARY_REQUEST_DURATION,
                  DURATION,
                  "300ms",
                  "Set time duration after which a warning is logged if a unary request takes more"
                      + " than this duration.")
              .formerly("experimental-warning-unary-request-duration"));

  private static final Section TRACING =
      new Section(
          "Distributed tracing",
          flag(ENABLE_DISTRIBUTED_TRACING, SWITCH, "false", "Enable distributed tracing.")
              .formerly("experimental-enable-distributed-tracing"),
          flag(
                  DISTRIBUTED_TRACING_ADDRESS,
                  TEXT,
                  "localhost:4317",
                  "Distributed tracing collector address.")
              .formerly("experimental-distributed-tracing-address"),
          flag(
                  DISTRIBUTED_TRACING_SERVICE_NAME,
                  TEXT,
                  "etcd",
                  "Distributed tracing service name, must be same across all etcd instances.")
              .formerly("experimental-distributed-tracing-service-name"),
          flag(
                  DISTRIBUTED_TRACING_INSTANCE_ID,
                  TEXT,
                  "",
                  "Distributed tracing instance ID, must be unique per each etcd instance.")
              .formerly("experimental-distributed-tracing-instance-id"),
          flag(
                  DISTRIBUTED_TRACING_SAMPLING_RATE,
                  NUMBER,
                  "0",
                  "Number of samples to collect per million spans for distributed tracing.")
              .formerly("experimental-distributed-tracing-sampling-rate"));

  private static final Section FEATURES =
      new Section(
          "Features",
          flag(
                  CORRUPT_CHECK_TIME,
                  DURATION,
                  "0s",
                  "Duration of time between cluster corruption check passes.")
              .formerly("experimental-corrupt-check-time"),
          flag(
                  COMPACT_HASH_CHECK_TIME,
                  DURATION,
                  "1m",
                  "Duration of time between leader checks followers compaction hashes.")
              .formerly("experimental-compact-hash-check-time"),
          flag(
                  COMPACTION_BATCH_LIMIT,
                  NUMBER,
                  "0",
                  "Sets the maximum changes removed in each compaction batch; 0 for 5000 (etcd:"
                      + " 1000).")
              .formerly("experimental-compaction-batch-limit"),
          flag(
                  COMPACTION_SLEEP_INTERVAL,
                  DURATION,
                  "0s",
                  "Sets the sleep interval between each compaction batch; 0 for 10ms.")
              .formerly("experimental-compaction-sleep-interval"),
          flag(
                  WATCH_PROGRESS_NOTIFY_INTERVAL,
                  DURATION,
                  "10m",
                  "Duration of periodical watch progress notification, at least 100ms; 0 for 10m.")
              .formerly("experimental-watch-progress-notify-interval"),
          flag(
                  WARNING_APPLY_DURATION,
                  DURATION,
                  "100ms",
                  "Warning is generated if requests take more than this duration.")
              .formerly("experimental-warning-apply-duration"),
          flag(
                  BOOTSTRAP_DEFRAG_THRESHOLD_MEGABYTES,
                  COUNT,
                  "0",
                  "Enable the defrag during etcd server bootstrap on condition that it will free at"
                      + " least the provided threshold of disk space.")
              .formerly("experimental-bootstrap-defrag-threshold-megabytes"),
          flag(
                  MAX_LEARNERS,
                  NUMBER,
                  "1",
                  "Set the max number of learner members allowed in the cluster membership.")
              .formerly("experimental-max-learners"),
          flag(
                  "downgrade-check-time",
                  DURATION,
                  "5s",
                  "Duration of time between two downgrade status checks.")
              .ignored("The cluster has one data format and cannot be downgraded.")
              .formerly("experimental-downgrade-check-time"),
          flag(
                  SNAPSHOT_CATCHUP_ENTRIES,
                  COUNT,
                  "5000",
                  "Number of entries for a slow follower to catch up after compacting the raft"
                      + " storage entries.")
              .formerly("experimental-snapshot-catchup-entries"));

  private static final Section UNSAFE =
      new Section(
          "Unsafe feature",
          flag(FORCE_NEW_CLUSTER, SWITCH, "false", "Force to create a new one-member cluster."),
          flag("unsafe-no-fsync", SWITCH, "false", "Disables fsync, unsafe, will cause data loss.")
              .ignored("Writes are always forced to disk.")
              .formerly("experimental-unsafe-no-fsync"));

  private static final Section START =
      new Section(
          "Start",
          flag(
                  CONFIG_FILE,
                  TEXT,
                  "",
                  "Path to the server configuration file. Note that if a configuration file is"
                      + " provided, other command line flags and environment variables will be"
                      + " ignored.")
              .yaml(null),
          flag(VERSION, SWITCH, "false", "Print the version and exit.").yaml(null));

  private static final Section OWN =
      new Section(
          "Metastore's own",
          flag(
              BOOTSTRAP,
              FlagType.BOOTSTRAP,
              "static",
              "How a member without data finds its cluster: 'static' uses --initial-cluster or"
                  + " --discovery-…, 'multicast' uses IP multicast, 'wait' waits for the calls"
                  + " Bootstrap or Join of the native API."),
          flag(
              MULTICAST_SIZE,
              COUNT,
              "0",
              "Number of members of a cluster formed by --bootstrap=multicast."),
          flag(
              MULTICAST_GROUP,
              TEXT,
              "239.77.83.1:2382",
              "Multicast address and port for --bootstrap=multicast."),
          flag(
              MULTICAST_INTERFACE,
              TEXT,
              "",
              "Network interface for --bootstrap=multicast; chosen by the operating system if"
                  + " empty."),
          flag(
              COMPAT_VERSION,
              FlagType.ETCD_VERSION,
              EtcdVersion.DEFAULT.server(),
              "Version of etcd, 3.4.0 or newer, that the server reports and imitates where"
                  + " versions differ."),
          flag(
              ENABLE_GRPC_REFLECTION,
              SWITCH,
              "false",
              "Enable gRPC server reflection, for tools such as grpcurl."),
          flag(
              LISTEN_ZOOKEEPER_URLS,
              TCP_URLS,
              "",
              "List of tcp:// and ssl:// URLs to listen on for ZooKeeper clients, such as"
                  + " tcp://127.0.0.1:2181; none if empty. The default of bin/metastore serve is"
                  + " tcp://localhost:2181."),
          flag(
              ZOOKEEPER_MAX_CLIENT_CONNECTIONS,
              COUNT,
              "60",
              "Maximum number of ZooKeeper connections from one client address; 0 for no limit."),
          flag(
              ZOOKEEPER_4LW_WHITELIST,
              NAMES,
              "isro,srvr",
              "Comma-separated list of the enabled ZooKeeper four-letter words; * enables all."),
          flag(
              ZOOKEEPER_TICK_TIME,
              COUNT,
              "2000",
              "ZooKeeper's tickTime in milliseconds; only told to clients that ask for it."),
          flag(
              ZOOKEEPER_MIN_SESSION_TIMEOUT,
              COUNT,
              "4000",
              "Shortest session timeout (in milliseconds) that a ZooKeeper client gets."),
          flag(
              ZOOKEEPER_MAX_SESSION_TIMEOUT,
              COUNT,
              "40000",
              "Longest session timeout (in milliseconds) that a ZooKeeper client gets."),
          flag(
              LISTEN_ZOOKEEPER_ADMIN_URLS,
              URLS,
              "",
              "List of URLs to serve the commands of ZooKeeper's AdminServer on, such as"
                  + " http://127.0.0.1:8080; none if empty."),
          flag(
              LISTEN_ZOOKEEPER_METRICS_URLS,
              URLS,
              "",
              "List of URLs to serve metrics under ZooKeeper's names on, such as"
                  + " http://127.0.0.1:7000; none if empty."));

  private static final Section OLD =
      new Section(
          "Flags of older versions",
          flag("discovery", TEXT, "", "URL of the v2 discovery service.")
              .ignored("The v2 discovery service no longer exists; use --discovery-endpoints."),
          flag("discovery-proxy", TEXT, "", "HTTP proxy to the v2 discovery service.")
              .ignored("The v2 discovery service no longer exists."),
          flag("enable-v2", SWITCH, "false", "Accept etcd V2 client requests.").ignored(NO_V2),
          flag("experimental-enable-v2v3", TEXT, "", "v3 prefix for serving emulated v2 state.")
              .ignored(NO_V2),
          flag("proxy", TEXT, "off", "Proxy mode setting ('off', 'readonly' or 'on').")
              .ignored(NO_V2_PROXY),
          flag("proxy-failure-wait", COUNT, "5000", "For the v2 proxy.").ignored(NO_V2_PROXY),
          flag("proxy-refresh-interval", COUNT, "30000", "For the v2 proxy.").ignored(NO_V2_PROXY),
          flag("proxy-dial-timeout", COUNT, "1000", "For the v2 proxy.").ignored(NO_V2_PROXY),
          flag("proxy-write-timeout", COUNT, "5000", "For the v2 proxy.").ignored(NO_V2_PROXY),
          flag("proxy-read-timeout", COUNT, "0", "For the v2 proxy.").ignored(NO_V2_PROXY),
          flag(DEBUG, SWITCH, "false", "Enable debug-level logging for etcd.")
              .ignored(
                  "Works with --compat-version of etcd 3.4 only; since 3.5, etcd has"
                      + " --log-level=debug instead."),
          flag("log-output", TEXT, "default", "Output target of the log.")
              .ignored("Use --log-outputs, as in etcd since 3.5."),
          flag("log-package-levels", TEXT, "", "Log levels of individual packages.")
              .ignored("Use --log-level, as in etcd since 3.5."),
          flag(
                  WAIT_CLUSTER_READY_TIMEOUT,
                  DURATION,
                  "0s",
                  "Maximum time to wait for a leader before clients are served without one; 0 waits"
                      + " until there is one. Only serializable reads succeed without a leader.")
              .formerly("experimental-wait-cluster-ready-timeout"));

  /** Flags that etcd itself accepts and ignores. */
  private static final List<String> LEGACY =
      List.of(
          "cluster-active-size",
          "cluster-remove-delay",
          "cluster-sync-interval",
          "config",
          "force",
          "max-result-buffer",
          "max-retry-attempts",
          "peer-heartbeat-interval",
          "peer-election-timeout",
          "retry-interval",
          "snapshot",
          "v",
          "vv",
          "test.coverprofile",
          "test.outputdir");

  static final List<Section> SECTIONS =
      List.of(
          MEMBER,
          CLUSTERING,
          SECURITY,
          AUTH,
          MONITORING,
          LOGGING,
          TRACING,
          FEATURES,
          UNSAFE,
          START,
          OWN,
          withGatesAndLegacy(OLD));

  /** What only the configuration file can set: etcd has keys for it and no flags. */
  static final List<Flag> FILE_ONLY =
      List.of(
          flag(
                  CLIENT_CERT_ALLOWED_CN,
                  WORDS,
                  "",
                  "List of allowed CNs for client cert authentication.")
              .yaml("client-transport-security.allowed-cn"),
          flag(
                  "client-skip-client-san-verification",
                  SWITCH,
                  "false",
                  "Skip verification of SAN field in client certificate for client connections.")
              .ignored("Where a client connects from is not compared with its certificate.")
              .yaml("client-transport-security.skip-client-san-verification"));

  static final List<Flag> ALL =
      SECTIONS.stream().flatMap(section -> section.flags().stream()).toList();

  private static final Map<String, Flag> BY_NAME = new LinkedHashMap<>();
  private static final Map<String, Flag> FILE_ONLY_BY_NAME = new LinkedHashMap<>();

  static {
    ALL.forEach(flag -> flag.names().forEach(name -> BY_NAME.put(name, flag)));
    FILE_ONLY.forEach(flag -> FILE_ONLY_BY_NAME.put(flag.name(), flag));
  }

  /** The flags under one heading of the usage text. */
  record Section(String title, List<Flag> flags) {
    Section {
      flags = List.copyOf(flags);
    }

    Section(String title, Flag... flags) {
      this(title, List.of(flags));
    }
  }

  private EtcdFlags() {}

  /** The flag that has this name on the command line, now or formerly. */
  static @Nullable Flag find(String name) {
    return BY_NAME.get(name);
  }

  static Flag get(String name) {
    Flag flag = BY_NAME.getOrDefault(name, FILE_ONLY_BY_NAME.get(name));
    if (flag == null) {
      throw new IllegalArgumentException("no such flag: " + name);
    }
    return flag;
  }

  private static Flag discovery(String name, FlagType type, String defaultText, String help) {
    return flag(name, type, defaultText, "V3 discovery: " + help);
  }

  private static Section withGatesAndLegacy(Section old) {
    List<Flag> flags = new ArrayList<>(old.flags());
    for (FeatureGate gate : FeatureGate.values()) {
      String name = gate.olderFlag();
      if (name != null) {
        String on = Boolean.toString(gate.onByDefault());
        flags.add(flag(name, SWITCH, on, "Now --feature-gates=" + gate.etcdName() + "=true."));
      }
    }
    Stream<Flag> legacy =
        LEGACY.stream().map(name -> flag(name, ANYTHING, "", "None.").ignored(LONG_GONE));
    return new Section(old.title(), Stream.concat(flags.stream(), legacy).toList());
  }
}
