package io.metastore.adapter.zookeeper;

import io.metastore.core.api.TreeView;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Answers the four-letter words, with which scripts and monitoring query a ZooKeeper server, in the
 * exact format that they expect. Thread-safe.
 */
final class FourLetterWords {
  /** Words that are answered even if there is no leader. */
  private static final Set<String> WITHOUT_LEADER = Set.of("ruok", "isro", "envi");

  private final PortContext port;
  private final PortStatus status;
  private final Map<String, Function<TreeView, String>> answers = new TreeMap<>();

  FourLetterWords(PortContext port, PortStatus status) {
    this.port = port;
    this.status = status;
    answers.put("ruok", tree -> "imok");
    answers.put("isro", tree -> status.readOnlyText());
    answers.put("srvr", tree -> version() + server(tree));
    answers.put("stat", tree -> version() + "Clients:\n" + clients() + "\n" + server(tree));
    answers.put("cons", tree -> clients() + "\n");
    answers.put("conf", tree -> configuration());
    answers.put("envi", tree -> environment());
    answers.put("mntr", this::monitored);
    answers.put("wchs", tree -> watches());
    answers.put("dump", this::dump);
    answers.put(
        "srst",
        tree -> {
          port.stats().reset();
          return "Server stats reset.\n";
        });
  }

  /** Whether the first four bytes of a connection are a four-letter word rather than a length. */
  boolean isWord(int firstBytes) {
    return answers.containsKey(word(firstBytes));
  }

  /**
   * The answer to a four-letter word.
   *
   * @param tree the state of this member
   */
  String answer(int firstBytes, TreeView tree) {
    String word = word(firstBytes);
    Function<TreeView, String> answer = answers.get(word);
    if (answer == null || !isAllowed(word)) {
      return word + " is not executed because it is not in the whitelist.\n";
    }
    return port.serving() == Serving.NOTHING && !WITHOUT_LEADER.contains(word)
        ? "This ZooKeeper instance is not currently serving requests\n"
        : answer.apply(tree);
  }

  private boolean isAllowed(String word) {
    return port.settings().commands().contains(word) || port.settings().commands().contains("*");
  }

  private static String word(int firstBytes) {
    byte[] bytes = {
      (byte) (firstBytes >> 24),
      (byte) (firstBytes >> 16),
      (byte) (firstBytes >> 8),
      (byte) firstBytes
    };
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private String version() {
    return "Zookeeper version: " + port.settings().version() + "\n";
  }

  private String server(TreeView tree) {
    PortStats stats = port.stats();
    return String.format(
        Locale.ROOT,
        """
        Latency min/avg/max: %d/%s/%d
        Received: %d
        Sent: %d
        Connections: %d
        Outstanding: %d
        Zxid: 0x%x
        Mode: %s
        Node count: %d
        """,
        stats.latency().min(),
        status.figures().latencyAverage(),
        stats.latency().max(),
        stats.packetsReceived(),
        stats.packetsSent(),
        stats.connections(),
        status.figures().outstanding(),
        port.store().cluster().revision(),
        status.mode(),
        PortStatus.nodes(tree.totals()));
  }

  private String clients() {
    StringBuilder text = new StringBuilder();
    port.sessions().connections().forEach(client -> text.append(client.describe()).append('\n'));
    return text.toString();
  }

  private String configuration() {
    ZookeeperSettings settings = port.settings();
    return "maxClientCnxns=%d\nminSessionTimeout=%d\nmaxSessionTimeout=%d\nserverId=%d\n"
        .formatted(
            settings.connectionsPerAddressMax(),
            settings.sessionTimeoutMsMin(),
            settings.sessionTimeoutMsMax(),
            port.store().cluster().memberId());
  }

  private String environment() {
    StringBuilder text = new StringBuilder("Environment:\n");
    status
        .environment()
        .forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    return text.toString();
  }

  private String monitored(TreeView tree) {
    StringBuilder text = new StringBuilder();
    text.append("zk_version\t").append(port.settings().version()).append('\n');
    text.append("zk_server_state\t").append(status.mode()).append('\n');
    status
        .monitored(tree)
        .forEach(
            (name, value) ->
                text.append("zk_").append(name).append('\t').append(value).append('\n'));
    return text.toString();
  }

  private String watches() {
    WatchTable.Counts counts = port.watches().counts();
    return "%d connections watching %d paths\nTotal watches:%d\n"
        .formatted(counts.connections(), counts.paths(), counts.watches());
  }

  private String dump(TreeView tree) {
    StringBuilder text = new StringBuilder("SessionTracker dump:\n");
    List<Long> sessions = tree.sessions();
    text.append("Global Sessions(").append(sessions.size()).append("):\n");
    Map<Long, List<String>> ephemerals = new TreeMap<>();
    for (long session : sessions) {
      text.append(hex(session)).append('\t').append(tree.sessionTimeoutMs(session)).append("ms\n");
      List<String> paths = tree.ephemerals(session);
      if (!paths.isEmpty()) {
        ephemerals.put(session, paths);
      }
    }
    text.append("ephemeral nodes dump:\nSessions with Ephemerals (")
        .append(ephemerals.size())
        .append("):\n");
    ephemerals.forEach(
        (session, paths) -> {
          text.append(hex(session)).append(":\n");
          paths.forEach(path -> text.append('\t').append(path).append('\n'));
        });
    return text.toString();
  }

  private static String hex(long session) {
    return "0x" + Long.toHexString(session);
  }
}
