package io.metastore.server;

import io.grpc.BindableService;
import io.metastore.adapter.etcd.EtcdServices;
import io.metastore.adapter.etcd.EtcdSettings;
import io.metastore.adapter.etcd.port.ClientPort;
import io.metastore.adapter.etcd.port.ClientPortSettings;
import io.metastore.adapter.etcd.port.EtcdVersion;
import io.metastore.adapter.etcd.port.GrpcCounters;
import io.metastore.adapter.etcd.port.HealthEndpoint;
import io.metastore.adapter.etcd.port.HttpEndpoint;
import io.metastore.adapter.etcd.port.MetricsEndpoint;
import io.metastore.adapter.etcd.port.ServerMetrics;
import io.metastore.adapter.etcd.port.VersionEndpoint;
import io.metastore.adapter.metastore.MetastoreServices;
import io.metastore.adapter.metastore.MetastoreSettings;
import io.metastore.core.node.Node;
import io.metastore.core.node.NodeConfig;
import io.metastore.core.raft.RaftMember;
import io.metastore.core.storage.StorageOptions;
import io.metastore.server.config.EtcdUrl;
import io.metastore.server.config.InitialCluster;
import io.metastore.server.config.ServerConfig;
import io.metastore.server.config.StoredCluster;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running member: the store, and the client port in front of it.
 *
 * <p>The port opens when the store is ready to serve, so that whoever can connect is answered. May
 * be closed from any thread.
 */
final class Member implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Member.class);

  private static final EtcdVersion VERSION = EtcdVersion.DEFAULT;

  private final ServerConfig config;
  private final Node node;
  private final EtcdServices etcd;
  private final MetastoreServices metastore;
  private @Nullable ClientPort port;
  private boolean closed;

  private Member(ServerConfig config, Node node) {
    this.config = config;
    this.node = node;
    this.metastore =
        new MetastoreServices(node, new MetastoreSettings(Version.text(), this::leave));
    this.etcd =
        new EtcdServices(
            node,
            new EtcdSettings(VERSION.server(), config.maxTxnOps(), config.electionTimeoutMs()));
  }

  /**
   * Opens the data directory and looks for the other members.
   *
   * @throws IOException if the directory or the peer address cannot be used
   */
  static Member start(ServerConfig config) throws IOException {
    InitialCluster.Member self = config.self();
    LOG.atInfo()
        .addKeyValue("etcd-version", VERSION.server())
        .addKeyValue("java-version", System.getProperty("java.version"))
        .addKeyValue("name", config.name())
        .addKeyValue("data-dir", config.dataDirectory())
        .addKeyValue("local-member-id", Long.toHexString(self.id()))
        .addKeyValue("cluster-id", Long.toHexString(config.initialCluster().clusterId()))
        .addKeyValue("initial-cluster", config.initialCluster().text())
        .addKeyValue("initial-cluster-state", config.initialCluster().state())
        .addKeyValue("listen-peer-urls", config.listenPeerUrls())
        .addKeyValue("listen-client-urls", config.listenClientUrls())
        .addKeyValue("advertise-client-urls", config.advertiseClientUrls())
        .addKeyValue("heartbeat-interval-ms", config.heartbeatMs())
        .addKeyValue("election-timeout-ms", config.electionTimeoutMs())
        .addKeyValue("snapshot-count", config.snapshotCount())
        .log("starting an etcd server");
    DataDirectory.prepare(config.dataDirectory());
    Node node = Node.start(nodeConfig(config), Member::halt);
    if (config.initialCluster().state() == InitialCluster.State.STORED) {
      LOG.info("restarted a member of this cluster; flags of a first start are not looked at");
    } else {
      StoredCluster.write(config.dataDirectory(), config.initialCluster(), self);
    }
    return new Member(config, node);
  }

  /**
   * Waits until the cluster has a leader that knows this member, then serves clients.
   *
   * @throws IOException if a client address cannot be used
   */
  void serveWhenReady() throws IOException {
    node.ready().join();
    openPort();
  }

  private synchronized void openPort() throws IOException {
    if (closed) {
      return;
    }
    GrpcCounters calls = new GrpcCounters();
    ClientPortSettings settings =
        ClientPortSettings.of(
            config.listenClientUrls().stream().map(EtcdUrl::socketAddress).toList(),
            config.maxRequestBytes());
    port = ClientPort.start(settings, services(), calls, endpoints(calls));
    LOG.info("ready to serve client requests");
    port.addresses()
        .forEach(
            address ->
                LOG.atInfo()
                    .addKeyValue("traffic", "grpc+http")
                    .addKeyValue("address", text(address))
                    .log("serving client traffic insecurely; this is strongly discouraged!"));
  }

  private List<BindableService> services() {
    List<BindableService> services = new ArrayList<>(etcd.services());
    services.addAll(metastore.services());
    return services;
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  private Map<String, HttpEndpoint> endpoints(GrpcCounters calls) {
    return Map.of(
        "/health",
        new HealthEndpoint(node, EtcdServices::errorText),
        "/version",
        new VersionEndpoint(VERSION),
        "/metrics",
        new MetricsEndpoint(
            () -> ServerMetrics.registry(node.cluster(), calls, VERSION), node.scans()));
  }

  /** Lets calls end, then folds the log and closes the store. Only the first call does so. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    LOG.atInfo()
        .addKeyValue("name", config.name())
        .addKeyValue("data-dir", config.dataDirectory())
        .log("closing etcd server");
    if (port != null) {
      port.close();
    }
    etcd.close();
    metastore.close();
    node.close();
    LOG.atInfo()
        .addKeyValue("name", config.name())
        .addKeyValue("data-dir", config.dataDirectory())
        .log("closed etcd server");
  }

  /** Stops as after SIGTERM, but of its own accord, and so successfully. */
  private void leave() {
    // The caller is a thread of what is to be stopped.
    Thread thread =
        new Thread(
            () -> {
              close();
              Runtime.getRuntime().halt(0);
            },
            "leave");
    thread.start();
  }

  /** At once: a member that may not go on must not run its hooks either. */
  private static void halt(String why, Throwable cause) {
    LOG.atError().setCause(cause).addKeyValue("why", why).log("cannot go on; halting");
    Runtime.getRuntime().halt(Main.EXIT_FAILED);
  }

  private static NodeConfig nodeConfig(ServerConfig config) {
    return new NodeConfig(
        config.initialCluster().clusterId(),
        config.self().id(),
        config.name(),
        config.initialCluster().members().stream().map(Member::raftMember).toList(),
        config.initialCluster().state() == InitialCluster.State.EXISTING,
        config.advertiseClientUrls().stream().map(EtcdUrl::text).toList(),
        config.listenPeerUrls().stream().map(EtcdUrl::socketAddress).toList(),
        config.dataDirectory(),
        config.heartbeatMs(),
        config.electionTimeoutMs(),
        config.snapshotCount(),
        config.maxRequestBytes(),
        Runtime.getRuntime().maxMemory() / 4,
        config.watchProgressInterval().toMillis(),
        StorageOptions.DEFAULT);
  }

  private static RaftMember raftMember(InitialCluster.Member member) {
    return new RaftMember(member.id(), member.peerUrls().get(0).authority());
  }
}
