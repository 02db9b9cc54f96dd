package io.metastore.server;

import io.grpc.BindableService;
import io.metastore.adapter.etcd.EtcdLimits;
import io.metastore.adapter.etcd.EtcdServices;
import io.metastore.adapter.etcd.gateway.Gateway;
import io.metastore.adapter.etcd.port.DebugEndpoints;
import io.metastore.adapter.etcd.port.EtcdVersion;
import io.metastore.adapter.etcd.port.GrpcCounters;
import io.metastore.adapter.etcd.port.HealthChecks;
import io.metastore.adapter.etcd.port.HttpEndpoint;
import io.metastore.adapter.etcd.port.HttpHandler;
import io.metastore.adapter.etcd.port.HttpPort;
import io.metastore.adapter.etcd.port.HttpSite;
import io.metastore.adapter.etcd.port.MetricsEndpoint;
import io.metastore.adapter.etcd.port.ServerMetrics;
import io.metastore.adapter.etcd.port.VersionEndpoint;
import io.metastore.adapter.zookeeper.ZookeeperPort;
import io.metastore.core.api.Metastore;
import io.metastore.server.config.EtcdUrl;
import io.metastore.server.config.ServerConfig;
import io.metastore.server.zookeeper.AdminServer;
import io.metastore.server.zookeeper.PrometheusMetrics;
import io.metastore.tls.TlsContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP services of a member, and the addresses that serve HTTP only. */
final class MemberHttp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MemberHttp.class);

  private final ServerConfig config;
  private final Metastore store;
  private final @Nullable TlsContext tls;
  private final HttpSite clients;
  private final HttpSite metrics;
  private final List<HttpPort> ports = new ArrayList<>();

  /** Its thread exists only while it has work. */
  private final ThreadPoolExecutor debugging =
      new ThreadPoolExecutor(
          1, 1, 1, TimeUnit.SECONDS, new ArrayBlockingQueue<>(16), MemberHttp::newDebugThread);

  /**
   * @param tls for the addresses with TLS; null if there are none
   * @param services the gRPC services
   */
  MemberHttp(
      ServerConfig config,
      @Nullable TlsContext tls,
      EtcdVersion version,
      Metastore store,
      List<BindableService> services,
      GrpcCounters calls) {
    this.config = config;
    this.store = store;
    this.tls = tls;
    HealthChecks health = new HealthChecks(store, EtcdServices::errorText);
    Map<String, HttpEndpoint> measured = new HashMap<>(health.endpoints(version));
    measured.put(
        "/metrics",
        new MetricsEndpoint(
            new ServerMetrics(
                store.cluster(),
                calls,
                health,
                () -> store.access().revision(),
                version,
                config.http().features(),
                EtcdServices::errorText),
            store.scans()));
    debugging.allowCoreThreadTimeOut(true);
    this.metrics = HttpSite.metricsOnly(measured);
    Map<String, HttpEndpoint> endpoints = new HashMap<>(measured);
    endpoints.put("/version", new VersionEndpoint(version));
    DebugEndpoints debug = new DebugEndpoints(commandLine(), this.debugging);
    endpoints.putAll(debug.always());
    if (config.http().profiling()) {
      endpoints.putAll(debug.profiles());
    }
    Map<String, HttpHandler> handlers = new HashMap<>();
    if (config.http().gateway()) {
      int messageBytesMax = EtcdLimits.receiveBytesMax(config.maxRequestBytes());
      boolean byCertificate = config.auth().byCertificate();
      handlers.put(
          "/v3/",
          new Gateway(
              services,
              version,
              calls,
              messageBytesMax,
              () -> byCertificate && store.access().enabled()));
    }
    this.clients =
        new HttpSite(
            endpoints, handlers, config.http().corsOrigins(), config.http().hostWhitelist());
  }

  /** What the gRPC addresses serve over HTTP: nothing, if there are separate addresses for HTTP. */
  HttpSite siteBesideGrpc() {
    return config.http().listenClientHttpUrls().isEmpty() ? clients : HttpSite.none();
  }

  /**
   * Opens the addresses for clients that use HTTP only.
   *
   * @throws IOException if one cannot be used
   */
  void openClients() throws IOException {
    open("http", config.http().listenClientHttpUrls(), clients);
  }

  /**
   * Opens the addresses that serve metrics and health only.
   *
   * @throws IOException if one cannot be used
   */
  void openMetrics() throws IOException {
    open("metrics", config.http().listenMetricsUrls(), metrics);
  }

  /**
   * Opens ZooKeeper's AdminServer and the addresses with metrics under ZooKeeper's names.
   *
   * @throws IOException if one cannot be used
   */
  void openZookeeperPorts(ZookeeperPort zookeeper) throws IOException {
    open(
        "zookeeper-admin",
        config.zookeeper().adminUrls(),
        HttpSite.prefix(AdminServer.ROOT, new AdminServer(config, store, zookeeper)));
    open(
        "zookeeper-metrics",
        config.zookeeper().metricsUrls(),
        HttpSite.metricsOnly(Map.of("/metrics", new PrometheusMetrics(store, zookeeper.status()))));
  }

  private static Thread newDebugThread(Runnable task) {
    Thread thread = new Thread(task, "debug");
    thread.setDaemon(true);
    return thread;
  }

  private void open(String traffic, List<EtcdUrl> urls, HttpSite site) throws IOException {
    if (!urls.isEmpty()) {
      ports.add(
          HttpPort.start(
              ListenUrls.addresses(urls, config.reusePort()), tls, site, config.maxRequestBytes()));
      LOG.atInfo().addKeyValue("traffic", traffic).addKeyValue("urls", urls).log("serving http");
    }
  }

  /**
   * The command line of this process, including the JVM's options; empty if the system does not
   * provide it.
   */
  private static List<String> commandLine() {
    return ProcessHandle.current().info().arguments().map(List::of).orElse(List.of());
  }

  @Override
  public void close() {
    ports.forEach(HttpPort::close);
    debugging.shutdownNow();
  }
}
