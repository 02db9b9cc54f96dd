package io.metastore.server.zookeeper;

import com.sun.management.UnixOperatingSystemMXBean;
import io.metastore.adapter.zookeeper.PortStatus;
import io.metastore.core.api.ClusterView;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.TreeView;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The figures of a server under ZooKeeper's names, for the command {@code monitor} and for
 * Prometheus. Thread-safe.
 */
final class ServerFigures {
  private final Metastore store;
  private final PortStatus port;

  ServerFigures(Metastore store, PortStatus port) {
    this.store = store;
    this.port = port;
  }

  /** All figures, in ZooKeeper's order. */
  Map<String, Number> read(TreeView tree) {
    PortStatus.Figures clients = port.figures();
    TreeView.Totals totals = tree.totals();
    ClusterView cluster = store.cluster();
    Map<String, Number> figures = new LinkedHashMap<>();
    figures.put("ephemerals_count", totals.ephemerals());
    figures.put("num_alive_connections", clients.connections());
    figures.put("avg_latency", clients.latencyAverage());
    figures.put("outstanding_requests", clients.outstanding());
    figures.put("znode_count", PortStatus.nodes(totals));
    figures.put("global_sessions", tree.sessions().size());
    figures.put("packets_sent", clients.sent());
    figures.put("packets_received", clients.received());
    figures.put("connection_drop_probability", 0.0);
    figures.put("watch_count", port.watches().total());
    figures.put("min_latency", clients.latencyMin());
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      figures.put("max_file_descriptor_count", system.getMaxFileDescriptorCount());
      figures.put("open_file_descriptor_count", system.getOpenFileDescriptorCount());
    }
    figures.put("approximate_data_size", totals.bytes());
    figures.put("local_sessions", port.localSessions());
    figures.put("uptime", port.uptimeMs());
    figures.put("max_latency", clients.latencyMax());
    figures.put("last_zxid", cluster.revision());
    if (port.mode().equals("leader")) {
      int others = cluster.members().size() - 1;
      figures.put("learners", others);
      figures.put("synced_followers", others);
      figures.put("synced_observers", 0);
      figures.put("synced_non_voting_followers", 0);
      figures.put("pending_syncs", 0);
    }
    figures.put("quorum_size", cluster.members().size());
    return figures;
  }
}
