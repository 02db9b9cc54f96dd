package io.metastore.server.config;

import io.metastore.adapter.zookeeper.ServerLine;
import io.metastore.core.node.ZookeeperServers;
import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The flags and Java system properties that ZooKeeper's configuration file {@code zoo.cfg} sets, by
 * the rules of ZooKeeper 3.9 ({@code QuorumPeerConfig}).
 *
 * <p>A key that is not ZooKeeper's own becomes the system property {@code zookeeper.KEY}, as in
 * ZooKeeper: most settings are read from there. A key {@code metastore.FLAG} sets the flag of that
 * name, and so does the system property; that is how the etcd port is opened.
 *
 * @param file null if there is none, but only arguments
 * @param flags by name
 * @param properties system properties to set
 * @param dataDirectory ZooKeeper's {@code dataDir}
 * @param logDirectory ZooKeeper's {@code dataLogDir}; the same if it is not set
 * @param servers the configured servers
 * @param observes whether this server is an observer
 * @param ignored keys without effect, with the reason
 */
public record ZooCfg(
    @Nullable Path file,
    Map<String, String> flags,
    Map<String, String> properties,
    Path dataDirectory,
    Path logDirectory,
    ZookeeperServers servers,
    boolean observes,
    Map<String, String> ignored) {
  /** Prefix of the names of our flags. */
  private static final String OURS = "metastore.";

  private static final String PREFIX = "zookeeper.";

  /** Our directories in those of ZooKeeper. */
  private static final String DATA = "metastore";

  private static final String LOG = "metastore-log";

  private static final String DEFAULT_TICK_MS = "3000";
  private static final String ADMIN_PORT = "8080";
  private static final String METRICS_PORT = "7000";
  private static final String ANY_HOST = "0.0.0.0";

  /** ZooKeeper has no limit. */
  private static final String OBSERVERS_MAX = Integer.toString(Integer.MAX_VALUE);

  private static final String NO_SNAPSHOTS = "There are no snapshots to purge.";
  private static final String BY_RAFT = "Raft's own settings apply.";

  /** Keys of ZooKeeper without effect here. */
  private static final Map<String, String> IGNORED =
      Map.ofEntries(
          Map.entry("initLimit", BY_RAFT),
          Map.entry("syncLimit", BY_RAFT),
          Map.entry("connectToLearnerMasterLimit", BY_RAFT),
          Map.entry("electionAlg", BY_RAFT),
          Map.entry("electionPortBindRetry", BY_RAFT),
          Map.entry("observerMasterPort", "Observers get their data from the leader."),
          Map.entry("syncEnabled", "The Raft log is always written."),
          Map.entry("autopurge.snapRetainCount", NO_SNAPSHOTS),
          Map.entry("autopurge.purgeInterval", NO_SNAPSHOTS),
          Map.entry("clientPortListenBacklog", "The system's default applies."),
          Map.entry("portUnification", "All members use TLS, or none."));

  public ZooCfg {
    flags = Map.copyOf(flags);
    properties = Map.copyOf(properties);
    ignored = Map.copyOf(ignored);
  }

  /**
   * Reads a configuration.
   *
   * @param file {@code zoo.cfg}
   * @param system the system properties of the process
   * @throws ConfigError if the file cannot be read, or ZooKeeper would not start with it
   */
  static ZooCfg read(Path file, Properties system) throws ConfigError {
    Properties keys = load(file);
    String dynamic = keys.getProperty("dynamicConfigFile", "");
    if (!dynamic.isEmpty()) {
      load(Path.of(dynamic)).forEach(keys::putIfAbsent);
    }
    return new Reading(file, keys, system).result();
  }

  /**
   * The configuration of a single server from the arguments of {@code ZooKeeperServerMain}: client
   * port, data directory, and optionally the tick time and the connections from one address.
   */
  static ZooCfg of(List<String> arguments, Properties system) throws ConfigError {
    Properties keys = new Properties();
    List<String> names = List.of("clientPort", "dataDir", "tickTime", "maxClientCnxns");
    for (int i = 0; i < arguments.size(); i++) {
      keys.setProperty(names.get(i), arguments.get(i));
    }
    keys.putIfAbsent("tickTime", DEFAULT_TICK_MS);
    return new Reading(null, keys, system).result();
  }

  private static Properties load(Path file) throws ConfigError {
    Properties keys = new Properties();
    try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      keys.load(in);
    } catch (NoSuchFileException e) {
      throw ConfigError.zookeeper(file + " file is missing");
    } catch (IOException | IllegalArgumentException e) {
      throw ConfigError.zookeeper("Error processing " + file + ": " + e.getMessage());
    }
    return keys;
  }

  /** The settings of the flags. */
  Map<String, Setting> settings() throws ConfigError {
    Map<String, Setting> settings = new LinkedHashMap<>();
    for (Map.Entry<String, String> flag : new TreeMap<>(flags).entrySet()) {
      Flag known = EtcdFlags.find(flag.getKey());
      if (known == null) {
        throw ConfigError.zookeeper("there is no flag " + flag.getKey());
      }
      try {
        settings.put(known.name(), Setting.parse(known, flag.getValue()));
      } catch (IllegalArgumentException e) {
        throw ConfigError.zookeeper(
            "invalid value \"%s\" for %s: %s"
                .formatted(flag.getValue(), flag.getKey(), e.getMessage()));
      }
    }
    return settings;
  }

  /** One reading of a configuration. */
  private static final class Reading {
    /** Keys that are read here; others become system properties. */
    private static final Set<String> KNOWN =
        Set.of(
            "dataDir",
            "dataLogDir",
            "clientPort",
            "clientPortAddress",
            "secureClientPort",
            "secureClientPortAddress",
            "tickTime",
            "maxClientCnxns",
            "minSessionTimeout",
            "maxSessionTimeout",
            "dynamicConfigFile",
            "quorumListenOnAllIPs",
            "peerType",
            "version",
            "sslQuorum");

    private final @Nullable Path file;
    private final Properties keys;
    private final Properties system;
    private final Map<String, String> flags = new LinkedHashMap<>();

    /** Our flags that are set by their names; they take precedence. */
    private final Map<String, String> own = new LinkedHashMap<>();

    private final Map<String, String> properties = new LinkedHashMap<>();
    private final Map<String, String> ignored = new TreeMap<>();
    private final Map<Long, ServerLine> servers = new TreeMap<>();

    Reading(@Nullable Path file, Properties keys, Properties system) {
      this.file = file;
      this.keys = keys;
      this.system = system;
    }

    ZooCfg result() throws ConfigError {
      for (String key : keys.stringPropertyNames()) {
        sort(key, keys.getProperty(key).strip());
      }
      for (String name : system.stringPropertyNames()) {
        if (name.startsWith(OURS)) {
          own.put(name.substring(OURS.length()), system.getProperty(name));
        }
      }
      Path dataDirectory = Path.of(required("dataDir"));
      String logDirectory = key("dataLogDir");
      flags.put(EtcdFlags.DATA_DIR, dataDirectory.resolve(DATA).toString());
      if (!logDirectory.isEmpty()) {
        flags.put(EtcdFlags.WAL_DIR, Path.of(logDirectory).resolve(LOG).toString());
      }
      timeouts();
      Long id = id(dataDirectory);
      ServerLine self = self(id);
      cluster(id, self);
      clientPorts(self);
      adminPorts();
      flags.putAll(own);
      return new ZooCfg(
          file,
          flags,
          properties,
          dataDirectory,
          logDirectory.isEmpty() ? dataDirectory : Path.of(logDirectory),
          self == null
              ? ZookeeperServers.NONE
              : new ZookeeperServers(
                  servers.values().stream().map(server -> server.facts(peerUrl(server))).toList(),
                  self.number()),
          self != null && !self.votes(),
          ignored);
    }

    private void sort(String key, String value) throws ConfigError {
      if (key.startsWith(OURS)) {
        own.put(key.substring(OURS.length()), value);
      } else if (ServerLine.isKey(key)) {
        try {
          ServerLine server = ServerLine.parse(key, value);
          servers.put(server.number(), server);
        } catch (IllegalArgumentException e) {
          throw ConfigError.zookeeper(String.valueOf(e.getMessage()));
        }
      } else if (key.startsWith("group") || key.startsWith("weight")) {
        throw ConfigError.zookeeper("groups and weights of servers are not supported: " + key);
      } else if (IGNORED.containsKey(key)) {
        ignored.put(key, IGNORED.getOrDefault(key, ""));
      } else if (!KNOWN.contains(key) && !key.startsWith("metricsProvider.")) {
        properties.put(PREFIX + key, value);
      }
    }

    private void timeouts() throws ConfigError {
      int tickMs = number("tickTime", DEFAULT_TICK_MS);
      int minMs = number("minSessionTimeout", "-1");
      int maxMs = number("maxSessionTimeout", "-1");
      minMs = minMs == -1 ? 2 * tickMs : minMs;
      maxMs = maxMs == -1 ? 20 * tickMs : maxMs;
      if (minMs > maxMs) {
        throw ConfigError.zookeeper("minSessionTimeout must not be longer than maxSessionTimeout");
      }
      flags.put(EtcdFlags.ZOOKEEPER_TICK_TIME, Integer.toString(tickMs));
      flags.put(EtcdFlags.ZOOKEEPER_MIN_SESSION_TIMEOUT, Integer.toString(minMs));
      flags.put(EtcdFlags.ZOOKEEPER_MAX_SESSION_TIMEOUT, Integer.toString(maxMs));
      flags.put(
          EtcdFlags.ZOOKEEPER_MAX_CLIENT_CONNECTIONS,
          Integer.toString(number("maxClientCnxns", "60")));
    }

    /** The number in the file {@code myid}; null if there is none, as for a single server. */
    private static @Nullable Long id(Path dataDirectory) throws ConfigError {
      Path file = dataDirectory.resolve("myid");
      try {
        String text = Files.readString(file).strip();
        try {
          return Long.parseLong(text);
        } catch (NumberFormatException e) {
          throw ConfigError.zookeeper("serverid " + text + " is not a number");
        }
      } catch (NoSuchFileException e) {
        return null;
      } catch (IOException e) {
        throw ConfigError.zookeeper("cannot read " + file + ": " + e.getMessage());
      }
    }

    /** This server among the configured ones; null if none are configured. */
    private @Nullable ServerLine self(@Nullable Long id) throws ConfigError {
      if (servers.size() > 1 && id == null) {
        throw ConfigError.zookeeper("myid file is missing");
      }
      if (servers.isEmpty()) {
        return null;
      }
      ServerLine self = id == null ? servers.values().iterator().next() : servers.get(id);
      if (self == null) {
        throw ConfigError.zookeeper("My id " + id + " not in the peer list");
      }
      if (servers.values().stream().noneMatch(ServerLine::votes)) {
        throw ConfigError.zookeeper("Observers w/o participants is an invalid configuration");
      }
      return self;
    }

    private void cluster(@Nullable Long id, @Nullable ServerLine self) throws ConfigError {
      if (isOn("sslQuorum")) {
        throw ConfigError.zookeeper(
            "sslQuorum is not supported; set the peer certificates of Metastore instead, as"
                + " metastore.peer-cert-file and so on");
      }
      if (self == null) {
        flags.put(EtcdFlags.NAME, name(id == null ? 0 : id));
        peerUrls("http://127.0.0.1:0", "http://127.0.0.1:0");
        return;
      }
      String listenHost = isOn("quorumListenOnAllIPs") ? ANY_HOST : address(self.host());
      flags.put(EtcdFlags.NAME, name(self.number()));
      peerUrls(peerUrl(self), "http://%s:%d".formatted(listenHost, self.quorumPort()));
      // Observers do not form the cluster: they join it.
      flags.put(
          EtcdFlags.INITIAL_CLUSTER,
          servers.values().stream()
              .filter(server -> server.votes() || server.equals(self))
              .map(server -> name(server.number()) + "=" + peerUrl(server))
              .collect(Collectors.joining(",")));
      flags.put(EtcdFlags.MAX_LEARNERS, OBSERVERS_MAX);
    }

    private static String peerUrl(ServerLine server) {
      return "http://" + server.authority();
    }

    private void peerUrls(String advertised, String listened) {
      flags.put(EtcdFlags.INITIAL_ADVERTISE_PEER_URLS, advertised);
      flags.put(EtcdFlags.LISTEN_PEER_URLS, listened);
    }

    private static String name(long id) {
      return "server." + id;
    }

    private void clientPorts(@Nullable ServerLine self) throws ConfigError {
      String plainHost = key("clientPortAddress");
      int plain = number("clientPort", "0");
      int secure = number("secureClientPort", "0");
      if (self != null && self.clientPort() != 0) {
        if (plain != 0 && plain != self.clientPort()) {
          throw ConfigError.zookeeper(
              "client port %d does not match the one of server.%d, %d"
                  .formatted(plain, self.number(), self.clientPort()));
        }
        plain = self.clientPort();
        plainHost = plainHost.isEmpty() ? self.clientHost() : plainHost;
      }
      if (plain == 0 && !plainHost.isEmpty()) {
        throw ConfigError.zookeeper("clientPortAddress is set but clientPort is not set");
      }
      String secureHost = key("secureClientPortAddress");
      if (secure == 0 && !secureHost.isEmpty()) {
        throw ConfigError.zookeeper(
            "secureClientPortAddress is set but secureClientPort is not set");
      }
      StringBuilder urls = new StringBuilder();
      if (plain != 0) {
        urls.append(url("tcp", plainHost, plain));
      }
      if (secure != 0) {
        urls.append(urls.isEmpty() ? "" : ",").append(url("ssl", secureHost, secure));
      }
      flags.put(EtcdFlags.LISTEN_ZOOKEEPER_URLS, urls.toString());
      // Only metastore.listen-client-urls opens a port for etcd clients.
      String etcdUrls = own.getOrDefault(EtcdFlags.LISTEN_CLIENT_URLS, "");
      flags.put(EtcdFlags.LISTEN_CLIENT_URLS, etcdUrls);
      flags.put(EtcdFlags.ADVERTISE_CLIENT_URLS, etcdUrls);
      String words = property("4lw.commands.whitelist", "");
      if (!words.isEmpty()) {
        flags.put(
            EtcdFlags.ZOOKEEPER_4LW_WHITELIST,
            List.of(words.split(",")).stream().map(String::strip).collect(Collectors.joining(",")));
      }
    }

    private void adminPorts() throws ConfigError {
      if (Boolean.parseBoolean(property("admin.enableServer", "true"))) {
        flags.put(
            EtcdFlags.LISTEN_ZOOKEEPER_ADMIN_URLS,
            url(
                "http",
                property("admin.serverAddress", ""),
                number("admin.serverPort", property("admin.serverPort", ADMIN_PORT))));
      }
      if (key("metricsProvider.className").endsWith(".PrometheusMetricsProvider")) {
        flags.put(
            EtcdFlags.LISTEN_ZOOKEEPER_METRICS_URLS,
            url(
                "http",
                key("metricsProvider.httpHost"),
                number("metricsProvider.httpPort", METRICS_PORT)));
      }
    }

    private static String url(String scheme, String host, int port) throws ConfigError {
      return "%s://%s:%d".formatted(scheme, host.isEmpty() ? ANY_HOST : address(host), port);
    }

    /** The IP address of a host; listening needs one. */
    private static String address(String host) throws ConfigError {
      try {
        String address = InetAddress.getByName(host).getHostAddress();
        return address.contains(":") ? "[" + address + "]" : address;
      } catch (UnknownHostException e) {
        throw ConfigError.zookeeper("cannot resolve the host name " + host);
      }
    }

    private String key(String key) {
      return keys.getProperty(key, "").strip();
    }

    /** A setting that ZooKeeper reads from a system property. */
    private String property(String key, String fallback) {
      return keys.getProperty(key, system.getProperty(PREFIX + key, fallback)).strip();
    }

    private boolean isOn(String key) {
      return Boolean.parseBoolean(key(key));
    }

    private String required(String key) throws ConfigError {
      if (key(key).isEmpty()) {
        throw ConfigError.zookeeper(key + " is not set");
      }
      return key(key);
    }

    private int number(String key, String fallback) throws ConfigError {
      String text = keys.getProperty(key, fallback).strip();
      try {
        return Integer.parseInt(text);
      } catch (NumberFormatException e) {
        throw ConfigError.zookeeper("%s is not a number: %s".formatted(key, text));
      }
    }
  }
}
