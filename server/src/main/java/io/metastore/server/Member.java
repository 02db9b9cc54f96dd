package io.metastore.server;

import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.metastore.adapter.etcd.EtcdServices;
import io.metastore.adapter.etcd.EtcdSettings;
import io.metastore.adapter.etcd.JwtKeys;
import io.metastore.adapter.etcd.SlowRequests;
import io.metastore.adapter.etcd.port.CallTracing;
import io.metastore.adapter.etcd.port.ClientPort;
import io.metastore.adapter.etcd.port.ClientPortSettings;
import io.metastore.adapter.etcd.port.GrpcCounters;
import io.metastore.adapter.etcd.port.ListenAddress;
import io.metastore.adapter.etcd.port.Reflection;
import io.metastore.adapter.etcd.port.TracingSettings;
import io.metastore.adapter.metastore.MetastoreServices;
import io.metastore.adapter.metastore.MetastoreSettings;
import io.metastore.adapter.zookeeper.ZookeeperPort;
import io.metastore.adapter.zookeeper.ZookeeperPort.Listener;
import io.metastore.adapter.zookeeper.ZookeeperSettings;
import io.metastore.core.api.ClusterView;
import io.metastore.core.node.AccessConfig;
import io.metastore.core.node.Node;
import io.metastore.core.node.NodeConfig;
import io.metastore.core.node.ZookeeperServers;
import io.metastore.core.raft.PeerTls;
import io.metastore.core.raft.RaftMember;
import io.metastore.core.storage.StorageOptions;
import io.metastore.server.config.AuthConfig;
import io.metastore.server.config.EtcdUrl;
import io.metastore.server.config.InitialCluster;
import io.metastore.server.config.Place;
import io.metastore.server.config.ServerConfig;
import io.metastore.server.config.StoredCluster;
import io.metastore.server.config.ZooCfg;
import io.metastore.tls.TlsContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * A running member: the store and its client port.
 *
 * <p>The port opens when the store is ready, so every client that can connect is served, unless
 * {@code --wait-cluster-ready-timeout} opens it before. May be closed from any thread.
 */
final class Member implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Member.class);

  private final ServerConfig config;
  private final Node node;
  private final EtcdServices etcd;
  private final MetastoreServices metastore;
  private final GrpcCounters calls;
  private final List<BindableService> services;
  private final @Nullable CallTracing tracing;
  private final @Nullable TlsContext tls;
  private final MemberHttp http;
  private @Nullable ClientPort port;
  private @Nullable ZookeeperPort zookeeper;
  private boolean closed;

  private Member(ServerConfig config, Place place, Stopper stopper, @Nullable PeerTls peerTls)
      throws IOException {
    this.config = config;
    JwtKeys jwt = TokenKeys.read(config.auth().jwt()); // may fail, so it comes first
    MemberPages pages = new MemberPages(config.compatVersion());
    this.node = Node.start(nodeConfig(config, place, peerTls), pages, stopper);
    pages.know(node);
    this.metastore =
        new MetastoreServices(node, new MetastoreSettings(Version.text(), stopper::leave));
    this.etcd =
        new EtcdServices(
            node,
            new EtcdSettings(
                config.compatVersion().server(),
                config.maxTxnOps(),
                config.electionTimeoutMs(),
                config.auth().byCertificate(),
                config.dataDirectory().resolve("tmp"),
                jwt));
    this.tracing = openTracing(config.tracing());
    // Done here instead of in openPort(), because Raft looks for a leader meanwhile.
    this.calls = new GrpcCounters(config.http().extensiveMetrics());
    this.services = allServices();
    this.tls = MemberTls.clients(config);
    this.http = new MemberHttp(config, tls, config.compatVersion(), node, services, calls);
  }

  /**
   * Opens the data directory and contacts the other members.
   *
   * @param stopper ends the process if the member cannot continue or was removed
   * @throws IOException if the directory or the peer address cannot be used
   */
  static Member start(ServerConfig config, Place place, Stopper stopper) throws IOException {
    InitialCluster cluster = place.cluster();
    logStart(config, place);
    DataDirectory.prepare(config.dataDirectory());
    LogDirectory.prepare(config.logDirectory(), cluster.id(), config.dataDirectory());
    Member member = new Member(config, place, stopper, MemberTls.peers(config));
    LogDirectory.recordStart(config.dataDirectory());
    switch (cluster.state()) {
      case NEW, EXISTING -> StoredCluster.write(config.dataDirectory(), place);
      case STORED, INVITED ->
          LOG.info(
              "the cluster is recorded in the data directory; flags for the first start are"
                  + " ignored");
    }
    return member;
  }

  private static void logStart(ServerConfig config, Place place) {
    InitialCluster cluster = place.cluster();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("etcd-version", config.compatVersion().server());
    facts.put("metastore-version", Version.text());
    facts.put("java-version", System.getProperty("java.version"));
    facts.put("os", System.getProperty("os.name"));
    facts.put("arch", System.getProperty("os.arch"));
    facts.put("max-cpu-available", Runtime.getRuntime().availableProcessors());
    facts.put("member-initialized", cluster.state() == InitialCluster.State.STORED);
    facts.putAll(config.startFacts());
    facts.put("initial-cluster", cluster.text());
    facts.put("local-member-id", Long.toHexString(place.self().id()));
    facts.put("cluster-id", Long.toHexString(cluster.id()));
    LoggingEventBuilder line = LOG.atInfo();
    for (Map.Entry<String, Object> fact : facts.entrySet()) {
      line = line.addKeyValue(fact.getKey(), fact.getValue());
    }
    line.log("starting an etcd server");
  }

  /**
   * Waits until the cluster has a leader and has this member's name and URLs. With {@code
   * --wait-cluster-ready-timeout} it waits no longer than that; clients are then served what needs
   * no leader.
   */
  void awaitReady() {
    CompletableFuture<Boolean> ready = node.ready().thenApply(done -> true);
    if (!config.clusterReadyTimeout().isZero()) {
      ready.completeOnTimeout(
          false, config.clusterReadyTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }
    if (!ready.join()) {
      LOG.warn("timed out waiting for the ready notification");
    }
  }

  /** The cluster as this member sees it. */
  ClusterView cluster() {
    return node.cluster();
  }

  /**
   * Opens the addresses that serve metrics and health only. They are served while there is no
   * leader, so that probes and monitoring see why the member is not ready.
   *
   * @throws IOException if one cannot be used
   */
  synchronized void openMetrics() throws IOException {
    if (!closed) {
      http.openMetrics();
    }
  }

  /**
   * Starts serving clients.
   *
   * @throws IOException if a client address cannot be used
   */
  synchronized void openPort() throws IOException {
    if (closed) {
      return;
    }
    if (!config.listenClientUrls().isEmpty()) {
      port = ClientPort.start(portSettings(config, tls), services, calls, http.siteBesideGrpc());
    }
    http.openClients();
    if (!config.zookeeper().listenUrls().isEmpty()) {
      openZookeeperPort();
    }
    node.ready().thenRun(this::logJoined);
    LOG.info("ready to serve client requests");
    if (port != null) {
      port.addresses().forEach(Member::logServing);
    }
  }

  /** For scripts that wait for one of these lines of etcd before they go on. */
  private void logJoined() {
    LOG.atInfo()
        .addKeyValue("local-member-id", Long.toHexString(node.cluster().memberId()))
        .addKeyValue(
            "local-member-attributes",
            "{Name:%s ClientURLs:%s}".formatted(config.name(), config.advertiseClientUrls()))
        .addKeyValue("cluster-id", Long.toHexString(node.cluster().clusterId()))
        .log("published local member to cluster through raft");
    LOG.atInfo()
        .addKeyValue("cluster-version", config.compatVersion().minor())
        .log("enabled capabilities for version");
  }

  private static void logServing(ListenAddress address) {
    LOG.atInfo()
        .addKeyValue("traffic", "grpc+http")
        .addKeyValue("address", address)
        .log(
            address.secure()
                ? "serving client traffic securely"
                : "serving client traffic insecurely; this is strongly discouraged!");
  }

  private void openZookeeperPort() throws IOException {
    ZookeeperProperties properties = new ZookeeperProperties(System.getProperties());
    ZookeeperPort opened;
    try {
      opened =
          ZookeeperPort.start(
              config.zookeeper().listenUrls().stream()
                  .map(url -> new Listener(url.socketAddress(), url.isSecure()))
                  .toList(),
              MemberTls.zookeeper(config, properties),
              node,
              ZookeeperSettings.of(
                      config.zookeeper().connectionsPerAddressMax(),
                      config.zookeeper().words(),
                      properties.authentication(),
                      properties.enforcesQuotas())
                  .withReconfig(properties.reconfigRules())
                  .withSessions(
                      properties.sessionRules(),
                      config.zookeeper().sessionTimeoutMsMin(),
                      config.zookeeper().sessionTimeoutMsMax()));
    } catch (IOException e) {
      throw new IOException(
          "cannot serve ZooKeeper clients: %s: %s (--listen-zookeeper-urls sets other addresses, or none if it is empty)"
              .formatted(e.getMessage(), e.getCause() == null ? "" : e.getCause().getMessage()),
          e);
    }
    zookeeper = opened;
    http.openZookeeperPorts(opened);
    opened
        .listeners()
        .forEach(
            listener ->
                LOG.atInfo()
                    .addKeyValue("traffic", "zookeeper")
                    .addKeyValue("address", listener.address())
                    .log(
                        listener.secure()
                            ? "serving ZooKeeper clients securely"
                            : "serving ZooKeeper clients insecurely"));
  }

  static ClientPortSettings portSettings(ServerConfig config, @Nullable TlsContext tls) {
    return ClientPortSettings.of(
        ListenUrls.addresses(config.listenClientUrls(), config.reusePort()),
        tls,
        config.maxRequestBytes(),
        config.connectionRules());
  }

  private static @Nullable CallTracing openTracing(@Nullable TracingSettings settings) {
    if (settings == null) {
      return null;
    }
    CallTracing opened = new CallTracing(settings);
    LOG.info("distributed tracing setup enabled");
    return opened;
  }

  private List<BindableService> allServices() {
    List<ServerInterceptor> interceptors = new ArrayList<>();
    interceptors.add(new SlowRequests(config.warningUnaryRequestDuration()));
    if (tracing != null) {
      interceptors.add(tracing);
    }
    List<BindableService> services = new ArrayList<>();
    etcd.services()
        .forEach(
            service -> services.add(() -> ServerInterceptors.intercept(service, interceptors)));
    services.addAll(metastore.services());
    if (config.http().reflection()) {
      services.addAll(Reflection.services());
    }
    return services;
  }

  /**
   * Lets running calls finish, flushes the tables and closes the store. Calling it again does
   * nothing.
   */
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
    // Before the ports are closed, so that no client waits for an election.
    node.handOver();
    if (zookeeper != null) {
      zookeeper.close();
    }
    if (port != null) {
      port.close();
    }
    http.close();
    if (tracing != null) {
      tracing.close();
    }
    etcd.close();
    metastore.close();
    node.close();
    LOG.atInfo()
        .addKeyValue("name", config.name())
        .addKeyValue("data-dir", config.dataDirectory())
        .log("closed etcd server");
  }

  private static NodeConfig nodeConfig(
      ServerConfig config, Place place, @Nullable PeerTls peerTls) {
    ZooCfg zooCfg = config.zookeeper().zooCfg();
    return new NodeConfig(
        place.cluster().id(),
        place.self().id(),
        config.name(),
        place.cluster().members().stream().map(Member::raftMember).toList(),
        config.forceNewCluster() ? NodeConfig.Beginning.FORCED : beginning(place.cluster()),
        config.advertiseClientUrls().stream().map(EtcdUrl::text).toList(),
        ListenUrls.peers(config),
        peerTls,
        config.dataDirectory(),
        config.logDirectory(),
        config.heartbeatMs(),
        config.electionTimeoutMs(),
        config.snapshotCount(),
        config.catchupEntries(),
        config.maxRequestBytes(),
        Runtime.getRuntime().maxMemory() / 4,
        config.watchProgressInterval().toMillis(),
        StorageOptions.DEFAULT,
        config.warningApplyDuration(),
        config.space(),
        accessConfig(config.auth()),
        config.memberRules(),
        config.corruption(),
        zooCfg == null ? ZookeeperServers.NONE : zooCfg.servers());
  }

  private static NodeConfig.Beginning beginning(InitialCluster cluster) {
    return switch (cluster.state()) {
      case NEW, EXISTING, STORED -> NodeConfig.Beginning.FOUNDED;
      case INVITED -> NodeConfig.Beginning.INVITED;
    };
  }

  private static AccessConfig accessConfig(AuthConfig auth) {
    long cost = auth.bcryptCost();
    if (cost < AccessConfig.BCRYPT_COST_MIN || cost > AccessConfig.BCRYPT_COST_MAX) {
      cost = AccessConfig.DEFAULT.bcryptCost();
      LOG.atWarn()
          .addKeyValue("min-cost", AccessConfig.BCRYPT_COST_MIN)
          .addKeyValue("max-cost", AccessConfig.BCRYPT_COST_MAX)
          .addKeyValue("default-cost", cost)
          .addKeyValue("given-cost", auth.bcryptCost())
          .log("use default bcrypt cost instead of the invalid given cost");
    }
    return new AccessConfig((int) cost, auth.tokenTtl());
  }

  private static RaftMember raftMember(InitialCluster.Member member) {
    return new RaftMember(member.id(), EtcdUrl.join(member.peerUrls()));
  }
}
