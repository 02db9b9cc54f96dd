package io.metastore.adapter.zookeeper;

import com.sun.management.UnixOperatingSystemMXBean;
import io.metastore.core.api.ClusterView;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.Meters;
import io.metastore.core.api.TreeView;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The figures of a server under ZooKeeper's names, for {@code mntr}, the AdminServer and
 * Prometheus. Names that stand for parts of ZooKeeper which do not exist here, such as its request
 * processors, have the value 0. Thread-safe.
 */
final class ServerFigures {
  /** All names of ZooKeeper 3.9, in the order of {@code mntr}. */
  private static final List<String> NAMES = names();

  private static final double MILLIS_PER_SECOND = 1000;

  private final PortContext port;
  private final PortStatus status;

  ServerFigures(PortContext port, PortStatus status) {
    this.port = port;
    this.status = status;
  }

  private static List<String> names() {
    try (InputStream in =
        Objects.requireNonNull(
            ServerFigures.class.getResourceAsStream("mntr.txt"), "list of names")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All figures, in ZooKeeper's order. */
  Map<String, Number> read(TreeView tree) {
    Map<String, Number> figures = new LinkedHashMap<>();
    for (String name : NAMES) {
      figures.put(name, name.startsWith("avg_") ? (Number) 0.0 : (Number) 0);
    }
    addClients(figures);
    addTree(figures, tree);
    addCluster(figures);
    return figures;
  }

  private void addClients(Map<String, Number> figures) {
    PortStats stats = port.stats();
    PortStatus.Figures clients = status.figures();
    figures.put("num_alive_connections", clients.connections());
    figures.put("avg_latency", clients.latencyAverage());
    figures.put("min_latency", clients.latencyMin());
    figures.put("max_latency", clients.latencyMax());
    figures.put("outstanding_requests", clients.outstanding());
    figures.put("packets_sent", clients.sent());
    figures.put("packets_received", clients.received());
    figures.put("bytes_received_count", stats.bytesReceived());
    figures.put("response_bytes", stats.bytesSent());
    figures.put("connection_request_count", stats.connectionRequests());
    figures.put("connection_rejected", stats.connectionsRejected());
    figures.put("auth_failed_count", stats.authenticationsFailed());
    figures.put("large_requests_rejected", stats.packetsRejected());
    figures.put("commit_count", stats.writes().count());
    figures.put("proposal_count", stats.writes().count());
    figures.put("connection_drop_probability", 0.0);
    figures.put("last_client_response_size", -1);
    figures.put("min_client_response_size", -1);
    figures.put("max_client_response_size", -1);
    addLatency(figures, "readlatency", stats.reads());
    addLatency(figures, "updatelatency", stats.writes());
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      figures.put("max_file_descriptor_count", system.getMaxFileDescriptorCount());
      figures.put("open_file_descriptor_count", system.getOpenFileDescriptorCount());
    }
    figures.put("uptime", status.uptimeMs());
  }

  private static void addLatency(Map<String, Number> figures, String name, Latency latency) {
    figures.put("avg_" + name, latency.average());
    figures.put("min_" + name, latency.min());
    figures.put("max_" + name, latency.max());
    figures.put("cnt_" + name, latency.count());
    figures.put("sum_" + name, latency.sum());
    figures.put("p50_" + name, latency.quantile(0.5));
    figures.put("p95_" + name, latency.quantile(0.95));
    figures.put("p99_" + name, latency.quantile(0.99));
    figures.put("p999_" + name, latency.quantile(0.999));
  }

  private void addTree(Map<String, Number> figures, TreeView tree) {
    TreeView.Totals totals = tree.totals();
    figures.put("ephemerals_count", totals.ephemerals());
    figures.put("znode_count", PortStatus.nodes(totals));
    figures.put("approximate_data_size", totals.bytes());
    figures.put("global_sessions", tree.sessions().size());
    figures.put("local_sessions", port.localSessions().size());
    figures.put("watch_count", port.watches().counts().watches());
  }

  private void addCluster(Map<String, Number> figures) {
    long[] syncs = Meters.LOG_SYNCS.cumulativeCounts();
    long count = syncs[syncs.length - 1];
    double millis = Meters.LOG_SYNCS.sum() * MILLIS_PER_SECOND;
    figures.put("avg_fsynctime", count == 0 ? 0.0 : millis / count);
    figures.put("cnt_fsynctime", count);
    figures.put("sum_fsynctime", Math.round(millis));
    ClusterView cluster = port.store().cluster();
    figures.put("last_zxid", cluster.revision());
    List<MemberInfo> members = cluster.members();
    long learners = members.stream().filter(MemberInfo::learner).count();
    if (status.mode().equals("leader")) {
      figures.put("learners", members.size() - 1);
      figures.put("synced_followers", members.size() - 1 - learners);
      figures.put("synced_observers", learners);
      figures.put("synced_non_voting_followers", 0);
      figures.put("pending_syncs", 0);
    }
    figures.put("quorum_size", members.size() - learners);
  }
}
