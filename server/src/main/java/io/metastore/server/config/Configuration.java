package io.metastore.server.config;

import io.metastore.server.config.CommandLine.Setting;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The flags of one process, from command line and environment together.
 *
 * <p>Reading and checking are apart because the log level must be known before anything can be said
 * about the rest: {@link #read}, then {@link #serverConfig}.
 */
public final class Configuration {
  private static final long ELECTION_TIMEOUT_MS_MAX = 50_000;

  /** Commands travel in batches, which must stay below 2 GiB. */
  private static final int REQUEST_BYTES_MAX = 256 << 20;

  /** More would not be a cluster that anybody wants. */
  private static final int DISCOVERY_SIZE_MAX = 99;

  private final Map<String, Setting> values = new LinkedHashMap<>();
  private final CommandLine commandLine;
  private final Environment environment;

  private Configuration(CommandLine commandLine, Environment environment) {
    this.commandLine = commandLine;
    this.environment = environment;
    values.putAll(environment.values());
    values.putAll(commandLine.values());
  }

  /**
   * Puts both together.
   *
   * @param arguments without the command's own name
   * @param variables the process's environment
   * @throws UsageError if the command line cannot be read
   * @throws ConfigError if the environment cannot be read
   */
  public static Configuration read(List<String> arguments, Map<String, String> variables)
      throws UsageError, ConfigError {
    CommandLine commandLine = CommandLine.parse(arguments);
    return new Configuration(commandLine, Environment.read(variables, commandLine));
  }

  public LogLevel logLevel() {
    return value(EtcdFlags.LOG_LEVEL_FLAG, LogLevel.class);
  }

  /** Environment variables that set flags, in the flags' order: name and value. */
  public Map<String, String> variablesUsed() {
    Map<String, String> used = new LinkedHashMap<>();
    environment
        .values()
        .values()
        .forEach(setting -> used.put(setting.flag().environmentName(), setting.text()));
    return used;
  }

  /** Environment variables that look like flags and are none, as {@code NAME=value}. */
  public List<String> unknownVariables() {
    return environment.unknown();
  }

  /** Names of flags that were given and do nothing here. */
  public List<String> ignoredFlags() {
    return values.values().stream()
        .map(Setting::flag)
        .filter(Flag::isIgnored)
        .map(Flag::name)
        .toList();
  }

  /**
   * Checks everything.
   *
   * @throws ConfigError with etcd's words for the first thing that is wrong
   */
  public ServerConfig serverConfig() throws ConfigError {
    if (!commandLine.rest().isEmpty()) {
      throw ConfigError.notVerified(
          "\"%s\" is not a valid flag".formatted(commandLine.rest().get(0)));
    }
    List<EtcdUrl> listenPeerUrls = urls(EtcdFlags.LISTEN_PEER_URLS);
    List<EtcdUrl> listenClientUrls = urls(EtcdFlags.LISTEN_CLIENT_URLS);
    checkListenUrls(EtcdFlags.LISTEN_PEER_URLS, listenPeerUrls);
    checkListenUrls(EtcdFlags.LISTEN_CLIENT_URLS, listenClientUrls);
    List<EtcdUrl> advertisePeerUrls = urls(EtcdFlags.INITIAL_ADVERTISE_PEER_URLS);
    List<EtcdUrl> advertiseClientUrls = advertiseClientUrls();
    checkSupported(EtcdFlags.INITIAL_ADVERTISE_PEER_URLS, advertisePeerUrls);
    long electionTimeoutMs = checkedElectionTimeout();
    String name = text(EtcdFlags.NAME);
    Path dataDirectory =
        Path.of(isSet(EtcdFlags.DATA_DIR) ? text(EtcdFlags.DATA_DIR) : name + ".etcd");
    Discovery discovery = discovery(name);
    Place place = StoredCluster.find(dataDirectory);
    if (place == null && discovery.kind() == Discovery.Kind.STATIC) {
      place = initialPlace(name, advertisePeerUrls);
    }
    return new ServerConfig(
        name,
        dataDirectory,
        listenPeerUrls,
        listenClientUrls,
        advertisePeerUrls,
        advertiseClientUrls,
        place,
        discovery,
        text(EtcdFlags.INITIAL_CLUSTER_TOKEN),
        (int) number(EtcdFlags.HEARTBEAT_INTERVAL),
        (int) electionTimeoutMs,
        number(EtcdFlags.SNAPSHOT_COUNT),
        bounded(EtcdFlags.MAX_TXN_OPS, Integer.MAX_VALUE),
        bounded(EtcdFlags.MAX_REQUEST_BYTES, REQUEST_BYTES_MAX),
        value(EtcdFlags.WATCH_PROGRESS_NOTIFY_INTERVAL, Duration.class),
        httpConfig());
  }

  private HttpConfig httpConfig() throws ConfigError {
    return new HttpConfig(
        value(EtcdFlags.ENABLE_GRPC_GATEWAY, Boolean.class),
        value(EtcdFlags.ENABLE_GRPC_REFLECTION, Boolean.class),
        value(EtcdFlags.ENABLE_PPROF, Boolean.class),
        text(EtcdFlags.METRICS).equals("extensive"),
        names(EtcdFlags.CORS),
        names(EtcdFlags.HOST_WHITELIST),
        httpUrls(EtcdFlags.LISTEN_METRICS_URLS),
        httpUrls(EtcdFlags.LISTEN_CLIENT_HTTP_URLS));
  }

  /** Comma-separated; all of them for none. */
  private Set<String> names(String flag) {
    String text = text(flag);
    return Set.copyOf(List.of((text.isEmpty() ? "*" : text).split(",", -1)));
  }

  private List<EtcdUrl> httpUrls(String flag) throws ConfigError {
    List<EtcdUrl> urls = urls(flag);
    if (!urls.isEmpty()) {
      checkListenUrls(flag, urls);
    }
    return urls;
  }

  // --- checks, in etcd's order and words --------------------------------------------------------

  private static void checkListenUrls(String flag, List<EtcdUrl> urls) throws ConfigError {
    for (EtcdUrl url : urls) {
      if (!url.isBindable()) {
        throw ConfigError.notVerified("expected IP in URL for binding (" + url + ")");
      }
    }
    checkSupported(flag, urls);
  }

  private static void checkSupported(String flag, List<EtcdUrl> urls) throws ConfigError {
    if (urls.isEmpty()) {
      throw ConfigError.notVerified("--" + flag + " is empty");
    }
    for (EtcdUrl url : urls) {
      if (url.isSecure() || url.isUnix()) {
        throw ConfigError.notVerified(
            "--%s: only http URLs can be served (%s)".formatted(flag, url));
      }
    }
  }

  private List<EtcdUrl> advertiseClientUrls() throws ConfigError {
    if (isSet(EtcdFlags.LISTEN_CLIENT_URLS) && !isSet(EtcdFlags.ADVERTISE_CLIENT_URLS)) {
      throw ConfigError.notVerified(
          "--advertise-client-urls is required when --listen-client-urls is set explicitly");
    }
    return urls(EtcdFlags.ADVERTISE_CLIENT_URLS);
  }

  private long checkedElectionTimeout() throws ConfigError {
    long heartbeatMs = number(EtcdFlags.HEARTBEAT_INTERVAL);
    long electionMs = number(EtcdFlags.ELECTION_TIMEOUT);
    if (heartbeatMs == 0) {
      throw ConfigError.notVerified("--heartbeat-interval must be >0 (set to 0ms)");
    }
    if (electionMs == 0) {
      throw ConfigError.notVerified("--election-timeout must be >0 (set to 0ms)");
    }
    // Not as a product: that could overflow.
    if (heartbeatMs > electionMs / 5) {
      throw ConfigError.notVerified(
          "--election-timeout[%sms] should be at least as 5 times as --heartbeat-interval[%sms]"
              .formatted(electionMs, heartbeatMs));
    }
    if (electionMs > ELECTION_TIMEOUT_MS_MAX) {
      throw ConfigError.notVerified(
          "--election-timeout[%sms] is too long, and should be set less than %sms"
              .formatted(electionMs, ELECTION_TIMEOUT_MS_MAX));
    }
    return electionMs;
  }

  private Discovery discovery(String name) throws ConfigError {
    Discovery discovery =
        new Discovery(
            value(EtcdFlags.DISCOVERY, Discovery.Kind.class),
            bounded(EtcdFlags.DISCOVERY_SIZE, DISCOVERY_SIZE_MAX),
            text(EtcdFlags.DISCOVERY_GROUP),
            text(EtcdFlags.DISCOVERY_INTERFACE));
    if (discovery.kind() != Discovery.Kind.STATIC && isSet(EtcdFlags.INITIAL_CLUSTER)) {
      throw ConfigError.notVerified("--initial-cluster goes with --discovery=static only");
    }
    if (discovery.kind() == Discovery.Kind.MULTICAST && discovery.size() == 0) {
      throw ConfigError.notVerified("--discovery=multicast needs --discovery-size");
    }
    if (discovery.kind() != Discovery.Kind.STATIC
        && (name.isBlank() || name.chars().anyMatch(Character::isISOControl))) {
      throw ConfigError.notVerified("--name is empty or has control characters");
    }
    return discovery;
  }

  private Place initialPlace(String name, List<EtcdUrl> advertised) throws ConfigError {
    String token = text(EtcdFlags.INITIAL_CLUSTER_TOKEN);
    InitialCluster.State state =
        text(EtcdFlags.INITIAL_CLUSTER_STATE).equals("existing")
            ? InitialCluster.State.EXISTING
            : InitialCluster.State.NEW;
    InitialCluster cluster;
    try {
      cluster = InitialCluster.parse(initialClusterText(name, advertised), token, state);
    } catch (IllegalArgumentException e) {
      throw ConfigError.discovery("error setting up initial cluster: " + e.getMessage());
    }
    InitialCluster.Member self = cluster.find(name);
    if (self == null) {
      throw ConfigError.discovery(
          "couldn't find local name \"%s\" in the initial cluster configuration".formatted(name));
    }
    if (!self.peerUrls().equals(advertised)
        && !resolve(self.peerUrls()).equals(resolve(advertised))) {
      throw ConfigError.discovery(mismatch(name, self.peerUrls(), advertised));
    }
    for (InitialCluster.Member member : cluster.members()) {
      for (EtcdUrl url : member.peerUrls()) {
        if (url.isSecure() || url.isUnix()) {
          throw ConfigError.discovery(
              "--initial-cluster: only http URLs can be reached (%s)".formatted(url));
        }
      }
    }
    List<EtcdUrl> urls =
        cluster.members().stream().flatMap(member -> member.peerUrls().stream()).toList();
    if (urls.stream().distinct().count() != urls.size()) {
      throw ConfigError.discovery("initial cluster %s has duplicate url".formatted(cluster.text()));
    }
    return new Place(cluster, self);
  }

  /** One may be given by name and the other by address; etcd takes that too. */
  private static Set<InetSocketAddress> resolve(List<EtcdUrl> urls) {
    return urls.stream().map(EtcdUrl::socketAddress).collect(Collectors.toSet());
  }

  private String initialClusterText(String name, List<EtcdUrl> advertised) {
    if (isSet(EtcdFlags.INITIAL_CLUSTER)) {
      return text(EtcdFlags.INITIAL_CLUSTER);
    }
    List<String> pairs = new ArrayList<>();
    advertised.forEach(url -> pairs.add(name + "=" + url));
    return String.join(",", pairs);
  }

  private static String mismatch(String name, List<EtcdUrl> inCluster, List<EtcdUrl> advertised) {
    List<String> pairs = new ArrayList<>();
    inCluster.forEach(url -> pairs.add(name + "=" + url));
    List<String> urls = advertised.stream().map(EtcdUrl::text).toList();
    return "--initial-cluster has %s but missing from --initial-advertise-peer-urls=%s"
        .formatted(String.join(",", pairs), String.join(",", urls));
  }

  // --- values -----------------------------------------------------------------------------------

  private boolean isSet(String flag) {
    return values.containsKey(flag);
  }

  private String text(String flag) {
    return value(flag, String.class);
  }

  private long number(String flag) {
    return value(flag, Long.class);
  }

  private int bounded(String flag, int max) throws ConfigError {
    long number = number(flag);
    if (number > max) {
      throw ConfigError.notVerified("--%s[%s] is too large".formatted(flag, number));
    }
    return (int) number;
  }

  @SuppressWarnings("unchecked") // what FlagType.URLS makes
  private List<EtcdUrl> urls(String flag) {
    return (List<EtcdUrl>) value(flag, List.class);
  }

  private <T> T value(String name, Class<T> type) {
    @Nullable Setting setting = values.get(name);
    Flag flag = EtcdFlags.get(name);
    return type.cast(setting == null ? flag.type().parse(flag.defaultText()) : setting.value());
  }
}
