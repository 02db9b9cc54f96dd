package io.metastore.adapter.zookeeper;

import io.metastore.core.api.ClusterView;
import io.metastore.core.api.TreeView;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a port tells monitoring about itself and its clients. Thread-safe. */
public final class PortStatus {
  private static final List<String> SYSTEM_PROPERTIES =
      List.of(
          "java.version",
          "java.vendor",
          "java.home",
          "java.class.path",
          "java.library.path",
          "java.io.tmpdir",
          "java.compiler",
          "os.name",
          "os.arch",
          "os.version",
          "user.name",
          "user.home",
          "user.dir");

  private final PortContext port;
  private final ServerFigures figures;
  private final long startedNanos = System.nanoTime();

  PortStatus(PortContext port) {
    this.port = port;
    this.figures = new ServerFigures(port, this);
  }

  /**
   * A connection with a session.
   *
   * @param address of the client, with its port
   * @param outstanding requests that have not been answered
   */
  public record Client(
      String address, long session, int timeoutMs, int outstanding, long received, long sent) {}

  /**
   * Figures since the start or the last reset.
   *
   * @param latencyAverage in milliseconds, like the other latencies
   */
  public record Figures(
      long received,
      long sent,
      int connections,
      int outstanding,
      long latencyMin,
      double latencyAverage,
      long latencyMax) {}

  /** The numbers of watches, and of the connections and paths that have some. */
  public record Watches(int connections, int paths, int total) {}

  public ZookeeperSettings settings() {
    return port.settings();
  }

  /** Facts about the machine and the Java that runs here, under ZooKeeper's names. */
  public Map<String, String> environment() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("zookeeper.version", settings().version());
    facts.put("host.name", hostName());
    for (String property : SYSTEM_PROPERTIES) {
      facts.put(property, System.getProperty(property, "<NA>"));
    }
    Runtime runtime = Runtime.getRuntime();
    facts.put("os.memory.free", mebibytes(runtime.freeMemory()));
    facts.put("os.memory.max", mebibytes(runtime.maxMemory()));
    facts.put("os.memory.total", mebibytes(runtime.totalMemory()));
    return facts;
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "<NA>";
    }
  }

  private static String mebibytes(long bytes) {
    return (bytes >> 20) + "MB";
  }

  public long uptimeMs() {
    return (System.nanoTime() - startedNanos) / 1_000_000;
  }

  /** Whether only reads are served. */
  public boolean isReadOnly() {
    return port.serving() == Serving.READ_ONLY;
  }

  /** {@code rw}, {@code ro}, or {@code null} if nothing is served. */
  String readOnlyText() {
    return switch (port.serving()) {
      case READ_WRITE -> "rw";
      case READ_ONLY -> "ro";
      case NOTHING -> "null";
    };
  }

  /**
   * {@code standalone}, {@code leader}, {@code follower}, {@code observer} or {@code read-only}.
   */
  public String mode() {
    if (isReadOnly()) {
      return "read-only";
    }
    ClusterView cluster = port.store().cluster();
    if (cluster.members().size() <= 1) {
      return "standalone";
    }
    if (cluster.isLearner()) {
      return "observer";
    }
    return cluster.leaderId() == cluster.memberId() ? "leader" : "follower";
  }

  /** The number of nodes as ZooKeeper counts them. */
  public static long nodes(TreeView.Totals totals) {
    // ZooKeeper counts the root twice, because it also stores it under the empty path. Before the
    // first session, the nodes that ZooKeeper always has are not there yet.
    return totals.nodes() == 0 ? 5 : totals.nodes() + 1;
  }

  /** All figures of the server under ZooKeeper's names and in its order. */
  public Map<String, Number> monitored(TreeView tree) {
    return figures.read(tree);
  }

  public Figures figures() {
    PortStats stats = port.stats();
    return new Figures(
        stats.packetsReceived(),
        stats.packetsSent(),
        stats.connections(),
        clients().stream().mapToInt(Client::outstanding).sum(),
        stats.latency().min(),
        Math.round(stats.latency().average() * 10_000) / 10_000.0,
        stats.latency().max());
  }

  /** Starts the figures again from 0. */
  public void reset() {
    port.stats().reset();
  }

  public List<Client> clients() {
    return port.sessions().connections().stream().map(ClientConnection::status).toList();
  }

  public Watches watches() {
    WatchTable.Counts counts = port.watches().counts();
    return new Watches(counts.connections(), counts.paths(), counts.watches());
  }

  /** The watched paths, with the sessions that watch them. */
  public Map<String, Set<Long>> watchedPaths() {
    return port.watches().sessionsByPath();
  }
}
