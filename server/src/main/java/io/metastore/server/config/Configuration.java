package io.metastore.server.config;

import io.metastore.adapter.etcd.port.ConnectionRules;
import io.metastore.adapter.etcd.port.EtcdVersion;
import io.metastore.adapter.etcd.port.TracingSettings;
import io.metastore.core.node.CorruptionConfig;
import io.metastore.core.node.MemberRules;
import io.metastore.core.node.SpaceConfig;
import io.metastore.core.node.SpaceConfig.AutoCompaction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The flags of one process: from a configuration file, or otherwise from command line and
 * environment together.
 *
 * <p>Reading and checking are separate, because the log must be set up before anything else can be
 * reported: call {@link #read} first, then {@link #logConfig} and {@link #serverConfig}.
 */
public final class Configuration {
  /** Commands are sent in batches, which must stay below 2 GiB. */
  private static final int REQUEST_BYTES_MAX = 256 << 20;

  private static final long MEGABYTE = 1 << 20;

  /** An upper bound against typing errors: larger clusters make no sense. */
  private static final int MULTICAST_SIZE_MAX = 99;

  /** Directory of the Raft log inside the data directory, without {@code --wal-dir}. */
  public static final String LOG_DIRECTORY = "raft";

  /** The default of grpc-go, and therefore of etcd. */
  private static final Duration GO_CLIENT_PING_MIN = Duration.ofMinutes(5);

  private static final Duration WATCH_PROGRESS_DEFAULT = Duration.ofMinutes(10);
  private static final Duration WATCH_PROGRESS_MIN = Duration.ofMillis(100);

  private final CommandLine commandLine;
  private final Environment environment;
  private final @Nullable Path file;
  private final List<String> unknownKeys;
  private final @Nullable ZooCfg zooCfg;
  private final Values values;

  private Configuration(StartedAs command, CommandLine commandLine, Environment environment) {
    this.commandLine = commandLine;
    this.environment = environment;
    this.file = null;
    this.unknownKeys = List.of();
    this.zooCfg = null;
    this.values = new Values(command.defaults(), environment.values(), commandLine.values());
  }

  private Configuration(StartedAs command, CommandLine commandLine, Path file, ConfigFile content) {
    this.commandLine = commandLine;
    this.environment = Environment.none();
    this.file = file;
    this.unknownKeys = content.unknown();
    this.zooCfg = null;
    this.values = new Values(command.defaults(), content.values());
  }

  private Configuration(@Nullable Path file, ZooCfg zooCfg) throws ConfigError {
    this.commandLine = new CommandLine(Map.of(), List.of());
    this.environment = Environment.none();
    this.file = file;
    this.unknownKeys = List.of();
    this.zooCfg = zooCfg;
    this.values = new Values(zooCfg.settings());
  }

  /**
   * Reads the configuration of ZooKeeper's server. Settings that ZooKeeper reads from system
   * properties become system properties of this process.
   *
   * @param arguments of ZooKeeper's launcher: the path of {@code zoo.cfg}, or the client port, the
   *     data directory, and optionally the tick time and the connections from one address
   * @throws UsageError if these are not the arguments
   * @throws ConfigError if the configuration is not valid
   */
  public static Configuration readZooCfg(List<String> arguments) throws UsageError, ConfigError {
    if (arguments.isEmpty() || arguments.size() > 4) {
      throw UsageError.ofZookeeper();
    }
    Path file = arguments.size() == 1 ? Path.of(arguments.get(0)) : null;
    ZooCfg read =
        file == null
            ? ZooCfg.of(arguments, System.getProperties())
            : ZooCfg.read(file, System.getProperties());
    read.properties().forEach(System::setProperty);
    return new Configuration(file, read);
  }

  /** ZooKeeper's configuration; null if the server is configured by etcd's flags. */
  public @Nullable ZooCfg zooCfg() {
    return zooCfg;
  }

  /**
   * Reads all sources of flags.
   *
   * @param command decides the defaults of some flags
   * @param arguments the arguments of the command
   * @param variables the process's environment variables
   * @throws UsageError if the command line cannot be parsed or asks for help
   * @throws ConfigError if the environment or the configuration file cannot be read
   */
  public static Configuration read(
      StartedAs command, List<String> arguments, Map<String, String> variables)
      throws UsageError, ConfigError {
    CommandLine commandLine = CommandLine.parse(arguments);
    String file = new Values(commandLine.values()).text(EtcdFlags.CONFIG_FILE);
    if (file.isEmpty()) {
      file = variables.getOrDefault(Flag.environmentName(EtcdFlags.CONFIG_FILE), "");
    }
    if (file.isEmpty()) {
      return new Configuration(command, commandLine, Environment.read(variables, commandLine));
    }
    Path path = Path.of(file);
    return new Configuration(command, commandLine, path, ConfigFile.read(path));
  }

  /**
   * The settings of the log.
   *
   * @throws ConfigError with etcd's message, for the first invalid setting
   */
  public LogConfig logConfig() throws ConfigError {
    return LogFlags.read(values);
  }

  /** Whether the version is to be printed. */
  public boolean asksForVersion() {
    return new Values(commandLine.values()).isOn(EtcdFlags.VERSION);
  }

  /** The version of etcd that is imitated. */
  public EtcdVersion compatVersion() {
    return values.value(EtcdFlags.COMPAT_VERSION, EtcdVersion.class);
  }

  /** The configuration file; null if there is none, and command line and environment apply. */
  public @Nullable Path file() {
    return file;
  }

  /** Keys of the configuration file that set no flag. */
  public List<String> unknownKeys() {
    return unknownKeys;
  }

  /** The environment variables that set flags, with their values, in the order of the flags. */
  public Map<String, String> variablesUsed() {
    return environment.used();
  }

  /** Environment variables with the prefix of flags that are not flags, as {@code NAME=value}. */
  public List<String> unknownVariables() {
    return environment.unknown();
  }

  /** Flags and feature gates that were set but have no effect, with the reason. */
  public Map<String, String> ignored() {
    Map<String, String> ignored = new LinkedHashMap<>();
    if (zooCfg != null) {
      ignored.putAll(zooCfg.ignored());
    }
    for (Setting setting : values.settings()) {
      if (setting.flag().effect() == Flag.Effect.IGNORED && !setting.isDefault()) {
        ignored.put(setting.flag().name(), setting.flag().reason());
      }
    }
    if (LogFlags.hasDebugFlag(values)) {
      ignored.remove(EtcdFlags.DEBUG);
    }
    FeatureGates gates = values.featureGates();
    for (FeatureGate gate : FeatureGate.values()) {
      String reason = gate.reason();
      if (reason != null && gates.isOn(gate) != gate.onByDefault()) {
        ignored.put(EtcdFlags.FEATURE_GATES + " " + gate.etcdName(), reason);
      }
    }
    return ignored;
  }

  /**
   * Checks all flags and converts them.
   *
   * @throws ConfigError with etcd's message, for the first error
   */
  public ServerConfig serverConfig() throws ConfigError {
    if (!commandLine.rest().isEmpty()) {
      throw ConfigError.notVerified(
          "\"%s\" is not a valid flag".formatted(commandLine.rest().get(0)));
    }
    EtcdChecks.run(values, file != null);
    if (zooCfg == null) {
      requireSome(EtcdFlags.LISTEN_CLIENT_URLS);
    }
    requirePeerUrls();
    String name = values.text(EtcdFlags.NAME);
    String directory = values.text(EtcdFlags.DATA_DIR);
    Path dataDirectory = Path.of(directory.isEmpty() ? name + ".etcd" : directory);
    String walDirectory = values.text(EtcdFlags.WAL_DIR);
    Path logDirectory =
        walDirectory.isEmpty() ? dataDirectory.resolve(LOG_DIRECTORY) : Path.of(walDirectory);
    Duration retention = compactionRetention();
    Bootstrap bootstrap = bootstrap(name);
    Place place = StoredCluster.find(dataDirectory);
    if (place == null && bootstrap instanceof Bootstrap.Static) {
      place = InitialPlace.find(values);
    }
    return new ServerConfig(
        name,
        dataDirectory,
        logDirectory,
        values.urls(EtcdFlags.LISTEN_PEER_URLS),
        values.urls(EtcdFlags.LISTEN_CLIENT_URLS),
        values.urls(EtcdFlags.INITIAL_ADVERTISE_PEER_URLS),
        values.urls(EtcdFlags.ADVERTISE_CLIENT_URLS),
        place,
        bootstrap,
        values.text(EtcdFlags.INITIAL_CLUSTER_TOKEN),
        values.isOn(EtcdFlags.SOCKET_REUSE_PORT),
        values.duration(EtcdFlags.WAIT_CLUSTER_READY_TIMEOUT),
        values.isOn(EtcdFlags.FORCE_NEW_CLUSTER),
        new MemberRules(
            values.number(EtcdFlags.MAX_LEARNERS), values.isOn(EtcdFlags.STRICT_RECONFIG_CHECK)),
        (int) values.number(EtcdFlags.HEARTBEAT_INTERVAL),
        (int) values.number(EtcdFlags.ELECTION_TIMEOUT),
        values.number(EtcdFlags.SNAPSHOT_COUNT),
        values.bounded(EtcdFlags.SNAPSHOT_CATCHUP_ENTRIES, Integer.MAX_VALUE),
        spaceConfig(retention),
        corruptionConfig(),
        values.duration(EtcdFlags.WARNING_APPLY_DURATION),
        values.duration(EtcdFlags.WARNING_UNARY_REQUEST_DURATION),
        values.bounded(EtcdFlags.MAX_TXN_OPS, Integer.MAX_VALUE),
        values.bounded(EtcdFlags.MAX_REQUEST_BYTES, REQUEST_BYTES_MAX),
        watchProgressInterval(),
        httpConfig(),
        authConfig(),
        zookeeperConfig(),
        connectionRules(),
        compatVersion(),
        TlsFlags.read(values, dataDirectory),
        findTracing(),
        StartFacts.of(values, dataDirectory, retention));
  }

  /** As in etcd, 0 means the default, and shorter intervals than 100 ms are made longer. */
  private Duration watchProgressInterval() throws ConfigError {
    Duration given = values.duration(EtcdFlags.WATCH_PROGRESS_NOTIFY_INTERVAL);
    if (given.isZero() || given.isNegative()) {
      return WATCH_PROGRESS_DEFAULT;
    }
    return given.compareTo(WATCH_PROGRESS_MIN) < 0 ? WATCH_PROGRESS_MIN : given;
  }

  private @Nullable TracingSettings findTracing() {
    return values.isOn(EtcdFlags.ENABLE_DISTRIBUTED_TRACING)
        ? new TracingSettings(
            values.text(EtcdFlags.DISTRIBUTED_TRACING_ADDRESS),
            values.text(EtcdFlags.DISTRIBUTED_TRACING_SERVICE_NAME),
            values.text(EtcdFlags.DISTRIBUTED_TRACING_INSTANCE_ID),
            (int) values.number(EtcdFlags.DISTRIBUTED_TRACING_SAMPLING_RATE))
        : null;
  }

  /** As in etcd, a token TTL of 0 means the default. */
  private AuthConfig authConfig() throws ConfigError {
    long ttl = values.number(EtcdFlags.AUTH_TOKEN_TTL);
    return new AuthConfig(
        values.isOn(EtcdFlags.CLIENT_CERT_AUTH),
        values.number(EtcdFlags.BCRYPT_COST),
        ttl == 0 ? AuthConfig.TOKEN_TTL_DEFAULT : Duration.ofSeconds(ttl),
        JwtConfig.parse(values.text(EtcdFlags.AUTH_TOKEN)));
  }

  private ZookeeperConfig zookeeperConfig() throws ConfigError {
    int min = values.bounded(EtcdFlags.ZOOKEEPER_MIN_SESSION_TIMEOUT, Integer.MAX_VALUE);
    int max = values.bounded(EtcdFlags.ZOOKEEPER_MAX_SESSION_TIMEOUT, Integer.MAX_VALUE);
    if (min > max) {
      throw ConfigError.notVerified(
          "--zookeeper-min-session-timeout must not be greater than"
              + " --zookeeper-max-session-timeout");
    }
    return new ZookeeperConfig(
        values.urls(EtcdFlags.LISTEN_ZOOKEEPER_URLS),
        values.bounded(EtcdFlags.ZOOKEEPER_MAX_CLIENT_CONNECTIONS, Integer.MAX_VALUE),
        Set.copyOf(values.names(EtcdFlags.ZOOKEEPER_4LW_WHITELIST)),
        values.bounded(EtcdFlags.ZOOKEEPER_TICK_TIME, Integer.MAX_VALUE),
        min,
        max,
        values.urls(EtcdFlags.LISTEN_ZOOKEEPER_ADMIN_URLS),
        values.urls(EtcdFlags.LISTEN_ZOOKEEPER_METRICS_URLS),
        zooCfg);
  }

  private SpaceConfig spaceConfig(Duration retention) throws ConfigError {
    long quotaBytes = values.number(EtcdFlags.QUOTA_BACKEND_BYTES);
    int batchLimit = values.bounded(EtcdFlags.COMPACTION_BATCH_LIMIT, Integer.MAX_VALUE);
    long sleepMs = values.duration(EtcdFlags.COMPACTION_SLEEP_INTERVAL).toMillis();
    return new SpaceConfig(
        quotaBytes == 0 ? SpaceConfig.DEFAULT_QUOTA_BYTES : quotaBytes,
        autoCompaction(retention),
        batchLimit <= 0 ? SpaceConfig.DEFAULT_BATCH_LIMIT : batchLimit,
        sleepMs <= 0 ? SpaceConfig.DEFAULT_SLEEP_MS : sleepMs,
        values.bounded(EtcdFlags.BOOTSTRAP_DEFRAG_THRESHOLD_MEGABYTES, Integer.MAX_VALUE)
            * MEGABYTE);
  }

  private CorruptionConfig corruptionConfig() {
    FeatureGates gates = values.featureGates();
    Duration interval = values.duration(EtcdFlags.CORRUPT_CHECK_TIME);
    return new CorruptionConfig(
        gates.isOn(FeatureGate.INITIAL_CORRUPT_CHECK),
        interval.isNegative() ? Duration.ZERO : interval,
        gates.isOn(FeatureGate.COMPACT_HASH_CHECK)
            ? values.duration(EtcdFlags.COMPACT_HASH_CHECK_TIME)
            : Duration.ZERO);
  }

  /** As etcd reads it: a whole number is hours, or nanoseconds that stand for revisions. */
  private Duration compactionRetention() throws ConfigError {
    String retention = values.text(EtcdFlags.AUTO_COMPACTION_RETENTION);
    if (retention.matches("\\d{1,9}")) {
      long number = Long.parseLong(retention);
      return compactsPeriodically() ? Duration.ofHours(number) : Duration.ofNanos(number);
    }
    try {
      return GoDuration.parse(retention);
    } catch (IllegalArgumentException e) {
      throw ConfigError.notVerified(
          "error parsing CompactionRetention: time: invalid duration \"" + retention + "\"");
    }
  }

  private AutoCompaction autoCompaction(Duration retention) {
    if (retention.isZero() || retention.isNegative()) {
      return AutoCompaction.OFF;
    }
    return compactsPeriodically()
        ? new AutoCompaction.Periodic(retention)
        : new AutoCompaction.ByRevision(retention.toNanos());
  }

  private boolean compactsPeriodically() {
    return values.text(EtcdFlags.AUTO_COMPACTION_MODE).equals("periodic");
  }

  private HttpConfig httpConfig() {
    return new HttpConfig(
        values.isOn(EtcdFlags.ENABLE_GRPC_GATEWAY),
        values.isOn(EtcdFlags.ENABLE_GRPC_REFLECTION),
        values.isOn(EtcdFlags.ENABLE_PPROF),
        values.text(EtcdFlags.METRICS).equals("extensive"),
        Set.copyOf(values.names(EtcdFlags.CORS)),
        hostWhitelist(),
        values.urls(EtcdFlags.LISTEN_METRICS_URLS),
        values.urls(EtcdFlags.LISTEN_CLIENT_HTTP_URLS),
        values.featureGates().features());
  }

  private ConnectionRules connectionRules() {
    Duration clientPingMin = values.duration(EtcdFlags.GRPC_KEEPALIVE_MIN_TIME);
    long streams = values.number(EtcdFlags.MAX_CONCURRENT_STREAMS);
    return new ConnectionRules(
        clientPingMin.isZero() ? GO_CLIENT_PING_MIN : clientPingMin,
        values.duration(EtcdFlags.GRPC_KEEPALIVE_INTERVAL),
        values.duration(EtcdFlags.GRPC_KEEPALIVE_TIMEOUT),
        streams == 0 ? Integer.MAX_VALUE : (int) Math.min(streams, Integer.MAX_VALUE));
  }

  private Set<String> hostWhitelist() {
    List<String> names = values.names(EtcdFlags.HOST_WHITELIST);
    return names.isEmpty() ? Set.of("*") : Set.copyOf(names);
  }

  private List<EtcdUrl> requireSome(String flag) throws ConfigError {
    List<EtcdUrl> urls = values.urls(flag);
    if (urls.isEmpty()) {
      throw ConfigError.notVerified("--" + flag + " is empty");
    }
    return urls;
  }

  private void requirePeerUrls() throws ConfigError {
    for (String flag : List.of(EtcdFlags.LISTEN_PEER_URLS, EtcdFlags.INITIAL_ADVERTISE_PEER_URLS)) {
      for (EtcdUrl url : requireSome(flag)) {
        if (url.isUnix()) {
          throw ConfigError.notVerified(
              "--%s: members cannot connect to each other over Unix sockets (%s)"
                  .formatted(flag, url));
        }
      }
    }
    List<EtcdUrl> listen = values.urls(EtcdFlags.LISTEN_PEER_URLS);
    for (EtcdUrl url : listen) {
      if (url.isSecure() != listen.get(0).isSecure()) {
        throw ConfigError.notVerified(
            "--listen-peer-urls: the URLs must all be http or all be https (%s)".formatted(url));
      }
    }
  }

  private Bootstrap bootstrap(String name) throws ConfigError {
    String way = values.text(EtcdFlags.BOOTSTRAP);
    if (way.equals("static")) {
      return etcdsBootstrap();
    }
    if (values.isSet(EtcdFlags.INITIAL_CLUSTER)) {
      throw ConfigError.notVerified("--initial-cluster goes with --bootstrap=static only");
    }
    if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
      throw ConfigError.notVerified("--name must not be empty or contain control characters");
    }
    if (way.equals("wait")) {
      return new Bootstrap.Wait();
    }
    int size = values.bounded(EtcdFlags.MULTICAST_SIZE, MULTICAST_SIZE_MAX);
    if (size == 0) {
      throw ConfigError.notVerified("--bootstrap=multicast requires --multicast-size");
    }
    return new Bootstrap.Multicast(
        size, values.text(EtcdFlags.MULTICAST_GROUP), values.text(EtcdFlags.MULTICAST_INTERFACE));
  }

  private Bootstrap etcdsBootstrap() {
    List<String> endpoints = values.names(EtcdFlags.DISCOVERY_ENDPOINTS);
    if (!endpoints.isEmpty()) {
      return new Bootstrap.Etcd(
          values.text(EtcdFlags.DISCOVERY_TOKEN),
          endpoints,
          values.duration(EtcdFlags.DISCOVERY_DIAL_TIMEOUT),
          values.duration(EtcdFlags.DISCOVERY_REQUEST_TIMEOUT),
          values.duration(EtcdFlags.DISCOVERY_KEEPALIVE_TIME),
          values.duration(EtcdFlags.DISCOVERY_KEEPALIVE_TIMEOUT),
          values.isOn(EtcdFlags.DISCOVERY_INSECURE_TRANSPORT),
          values.isOn(EtcdFlags.DISCOVERY_INSECURE_SKIP_TLS_VERIFY),
          values.text(EtcdFlags.DISCOVERY_CERT),
          values.text(EtcdFlags.DISCOVERY_KEY),
          values.text(EtcdFlags.DISCOVERY_CACERT),
          values.text(EtcdFlags.DISCOVERY_USER),
          values.text(EtcdFlags.DISCOVERY_PASSWORD));
    }
    String domain = values.text(EtcdFlags.DISCOVERY_SRV);
    return domain.isEmpty()
        ? new Bootstrap.Static()
        : new Bootstrap.Dns(domain, values.text(EtcdFlags.DISCOVERY_SRV_NAME));
  }
}
