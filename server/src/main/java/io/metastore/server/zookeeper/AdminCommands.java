package io.metastore.server.zookeeper;

import io.metastore.adapter.zookeeper.EnsembleText;
import io.metastore.adapter.zookeeper.PortStatus;
import io.metastore.adapter.zookeeper.ZookeeperSettings;
import io.metastore.core.api.ClusterView;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.TreeView;
import io.metastore.server.config.ServerConfig;
import io.metastore.server.config.ZooCfg;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The commands of ZooKeeper's AdminServer that answer with JSON. Source: {@code
 * org.apache.zookeeper.server.admin.Commands}. Thread-safe; some read files or the whole list of
 * sessions, so they must not be called on an event loop.
 */
final class AdminCommands {
  private static final long TRACE_MASK = 306;

  private final ServerConfig config;
  private final Metastore store;
  private final PortStatus port;
  private final Map<String, Function<TreeView, Map<String, Object>>> commands = new TreeMap<>();
  private final Map<String, String> aliases = new TreeMap<>();

  AdminCommands(ServerConfig config, Metastore store, PortStatus port) {
    this.config = config;
    this.store = store;
    this.port = port;
    add(this::configuration, "configuration", "conf", "config");
    add(
        tree -> {
          port.reset();
          return Map.of();
        },
        "connection_stat_reset",
        "crst");
    add(tree -> connections(true), "connections", "cons");
    add(tree -> directories(), "dirs");
    add(this::dump, "dump");
    add(tree -> new LinkedHashMap<>(port.environment()), "environment", "env", "envi");
    add(tree -> answer("tracemask", TRACE_MASK), "get_trace_mask", "gtmk");
    add(tree -> answer("digests", List.of()), "hash");
    add(tree -> initialConfiguration(), "initial_configuration", "icfg");
    add(tree -> answer("read_only", port.isReadOnly()), "is_read_only", "isro");
    add(tree -> lastSnapshot(), "last_snapshot", "lsnp");
    add(tree -> leader(), "leader", "lead");
    add(this::monitor, "monitor", "mntr");
    add(tree -> Map.of(), "observer_connection_stat_reset", "orst");
    add(tree -> observers(), "observers", "obsr");
    add(tree -> Map.of(), "ruok");
    add(this::serverStats, "server_stats", "srvr");
    add(this::stats, "stats", "stat");
    add(
        tree -> {
          port.reset();
          return Map.of();
        },
        "stat_reset",
        "srst");
    add(tree -> systemProperties(), "system_properties", "sysp");
    add(AdminCommands::votingView, "voting_view");
    add(tree -> watchSummary(), "watch_summary", "wchs");
    add(tree -> watches(), "watches", "wchc");
    add(tree -> watchesByPath(), "watches_by_path", "wchp");
    add(tree -> zabState(), "zabstate");
  }

  private void add(Function<TreeView, Map<String, Object>> command, String... names) {
    commands.put(names[0], command);
    for (String name : names) {
      aliases.put(name, names[0]);
    }
  }

  /** The main names of all commands, in order. */
  Set<String> names() {
    return commands.keySet();
  }

  /** The main name of a command; null if it is unknown. */
  @Nullable String findName(String nameOrAlias) {
    return aliases.get(nameOrAlias);
  }

  /**
   * Runs a command.
   *
   * @param name its main name
   * @return the fields of the answer, without {@code command} and {@code error}
   */
  Map<String, Object> run(String name, TreeView tree) {
    return commands.getOrDefault(name, unknown -> Map.of()).apply(tree);
  }

  private Map<String, Object> configuration(TreeView tree) {
    Path data = dataDirectory();
    ZookeeperSettings settings = port.settings();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("client_port", clientPort());
    answer.put("data_dir", data.toString());
    answer.put("data_log_dir", config.logDirectory().toString());
    answer.put("tick_time", config.zookeeper().tickMs());
    answer.put("max_client_cnxns", settings.connectionsPerAddressMax());
    answer.put("min_session_timeout", settings.sessionTimeoutMsMin());
    answer.put("max_session_timeout", settings.sessionTimeoutMsMax());
    answer.put("server_id", serverId(config.name()));
    answer.put("client_port_listen_backlog", -1);
    return answer;
  }

  private int clientPort() {
    return config.zookeeper().listenUrls().stream()
        .filter(url -> !url.isSecure())
        .mapToInt(url -> url.port())
        .findFirst()
        .orElse(-1);
  }

  private Path dataDirectory() {
    ZooCfg zooCfg = config.zookeeper().zooCfg();
    return zooCfg == null ? config.dataDirectory() : zooCfg.dataDirectory();
  }

  /** The number of a server that was named after its line in {@code zoo.cfg}; otherwise 0. */
  private static long serverId(String memberName) {
    String number = memberName.replaceFirst("^server\\.", "");
    return number.matches("\\d{1,18}") ? Long.parseLong(number) : 0;
  }

  private Map<String, Object> connections(boolean withSessions) {
    List<Map<String, Object>> connections = new ArrayList<>();
    for (PortStatus.Client client : port.clients()) {
      Map<String, Object> connection = new LinkedHashMap<>();
      connection.put("remote_socket_address", client.address());
      connection.put("interest_ops", 1);
      connection.put("outstanding_requests", client.outstanding());
      connection.put("packets_received", client.received());
      connection.put("packets_sent", client.sent());
      if (withSessions) {
        connection.put("session_id", client.session());
        connection.put("session_timeout", client.timeoutMs());
      }
      connections.add(connection);
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("connections", connections);
    answer.put("secure_connections", List.of());
    return answer;
  }

  private Map<String, Object> directories() {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("datadir_size", size(config.dataDirectory()));
    answer.put("logdir_size", size(config.logDirectory()));
    return answer;
  }

  private static long size(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.mapToLong(AdminCommands::fileSize).sum();
    } catch (IOException | UncheckedIOException e) {
      return 0; // files come and go meanwhile
    }
  }

  private static long fileSize(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private Map<String, Object> dump(TreeView tree) {
    Map<String, Object> ephemerals = new LinkedHashMap<>();
    List<Long> sessions = tree.sessions();
    for (long session : sessions) {
      List<String> paths = tree.ephemerals(session);
      if (!paths.isEmpty()) {
        ephemerals.put(Long.toString(session), paths);
      }
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    // Only the leader knows when sessions expire.
    answer.put("expiry_time_to_session_ids", Map.of());
    answer.put("sessions", sessions);
    answer.put("session_id_to_ephemeral_paths", ephemerals);
    return answer;
  }

  private Map<String, Object> initialConfiguration() {
    ZooCfg zooCfg = config.zookeeper().zooCfg();
    Path file = zooCfg == null ? null : zooCfg.file();
    try {
      return answer("initial_configuration", file == null ? "" : Files.readString(file));
    } catch (IOException e) {
      return answer("initial_configuration", "");
    }
  }

  /** There are no snapshot files; the tables always have the newest state. */
  private Map<String, Object> lastSnapshot() {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("zxid", Long.toHexString(store.cluster().revision()));
    answer.put("timestamp", System.currentTimeMillis() / 1000);
    return answer;
  }

  private Map<String, Object> leader() {
    ClusterView cluster = store.cluster();
    Map<String, Object> answer = new LinkedHashMap<>();
    for (MemberInfo member : cluster.members()) {
      if (member.id() == cluster.leaderId()) {
        answer.put("is_leader", cluster.leaderId() == cluster.memberId());
        answer.put("leader_id", serverId(member.name()));
        answer.put("leader_ip", host(member));
      }
    }
    return answer;
  }

  private Map<String, Object> monitor(TreeView tree) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("version", port.settings().version());
    answer.put("server_state", port.mode());
    answer.putAll(port.monitored(tree));
    return answer;
  }

  private Map<String, Object> observers() {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put(
        "synced_observers", store.cluster().members().stream().filter(MemberInfo::learner).count());
    answer.put("observers", List.of());
    return answer;
  }

  private Map<String, Object> stats(TreeView tree) {
    Map<String, Object> answer = new LinkedHashMap<>(serverStats(tree));
    answer.putAll(connections(false));
    return answer;
  }

  private Map<String, Object> serverStats(TreeView tree) {
    PortStatus.Figures figures = port.figures();
    Map<String, Object> responses = new LinkedHashMap<>();
    responses.put("last_buffer_size", -1);
    responses.put("min_buffer_size", -1);
    responses.put("max_buffer_size", -1);
    Map<String, Object> stats = new LinkedHashMap<>();
    stats.put("packets_sent", figures.sent());
    stats.put("packets_received", figures.received());
    stats.put("fsync_threshold_exceed_count", 0);
    stats.put("client_response_stats", responses);
    stats.put("uptime", port.uptimeMs());
    stats.put("data_dir_size", size(config.dataDirectory()));
    stats.put("log_dir_size", size(config.logDirectory()));
    stats.put("provider_null", false);
    stats.put("last_processed_zxid", store.cluster().revision());
    stats.put("outstanding_requests", figures.outstanding());
    stats.put("server_state", port.mode());
    stats.put("avg_latency", figures.latencyAverage());
    stats.put("max_latency", figures.latencyMax());
    stats.put("min_latency", figures.latencyMin());
    stats.put("num_alive_client_connections", figures.connections());
    stats.put("auth_failed_count", 0);
    stats.put("non_mtlsremote_conn_count", 0);
    stats.put("non_mtlslocal_conn_count", 0);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("version", port.settings().version());
    answer.put("read_only", port.isReadOnly());
    answer.put("server_stats", stats);
    answer.put("client_response", responses);
    answer.put("node_count", PortStatus.nodes(tree.totals()));
    return answer;
  }

  private static Map<String, Object> systemProperties() {
    Map<String, Object> answer = new TreeMap<>();
    for (String name : System.getProperties().stringPropertyNames()) {
      answer.put(
          name,
          name.toLowerCase(Locale.ROOT).contains("password")
              ? "***"
              : System.getProperty(name, ""));
    }
    return answer;
  }

  private static Map<String, Object> votingView(TreeView tree) {
    Map<String, Object> servers = new TreeMap<>();
    EnsembleText.read(tree)
        .servers()
        .forEach(
            (number, line) -> {
              if (line.votes()) {
                Map<String, Object> server = new LinkedHashMap<>();
                server.put("server_addresses", List.of(line.authority()));
                server.put("election_addresses", List.of(line.host() + ":" + line.electionPort()));
                server.put(
                    "client_address",
                    line.clientPort() == 0 ? "" : line.clientHost() + ":" + line.clientPort());
                server.put("learner_type", "participant");
                servers.put(Long.toString(number), server);
              }
            });
    return answer("current_config", servers);
  }

  private static String address(MemberInfo member) {
    return member.peerUrls().isEmpty()
        ? ""
        : member.peerUrls().get(0).replaceFirst("^https?://", "");
  }

  private static String host(MemberInfo member) {
    return address(member).replaceFirst(":\\d+$", "");
  }

  private Map<String, Object> watchSummary() {
    PortStatus.Watches watches = port.watches();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("num_connections", watches.connections());
    answer.put("num_paths", watches.paths());
    answer.put("num_total_watches", watches.total());
    return answer;
  }

  private Map<String, Object> watches() {
    Map<String, Set<String>> paths = new TreeMap<>();
    port.watchedPaths()
        .forEach(
            (path, sessions) ->
                sessions.forEach(
                    session ->
                        paths
                            .computeIfAbsent(Long.toString(session), none -> new TreeSet<>())
                            .add(path)));
    return answer("session_id_to_watched_paths", paths);
  }

  private Map<String, Object> watchesByPath() {
    return answer("path_to_session_ids", port.watchedPaths());
  }

  private Map<String, Object> zabState() {
    boolean alone = port.mode().equals("standalone");
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("voting", !alone);
    answer.put("zabstate", alone ? "" : "BROADCAST");
    return answer;
  }

  private static Map<String, Object> answer(String key, Object value) {
    return Map.of(key, value);
  }
}
