package io.metastore.server;

import static java.util.Objects.requireNonNull;

import io.metastore.core.node.FirstTables;
import io.metastore.server.config.Bootstrap;
import io.metastore.server.config.ConfigError;
import io.metastore.server.config.Configuration;
import io.metastore.server.config.EtcdUrl;
import io.metastore.server.config.InitialCluster;
import io.metastore.server.config.InitialPlace;
import io.metastore.server.config.LogConfig;
import io.metastore.server.config.Place;
import io.metastore.server.config.ServerConfig;
import io.metastore.server.config.StartedAs;
import io.metastore.server.config.StoredCluster;
import io.metastore.server.config.Usage;
import io.metastore.server.config.UsageError;
import io.metastore.server.config.ZooCfg;
import io.metastore.server.discovery.DnsDiscovery;
import io.metastore.server.discovery.EtcdDiscovery;
import io.metastore.server.discovery.MulticastDiscovery;
import io.metastore.server.etcd.TakeOver;
import io.metastore.server.logging.LogSetup;
import io.metastore.server.zookeeper.Progress;
import io.metastore.server.zookeeper.ZookeeperImport;
import io.metastore.server.zookeeper.data.DataFiles;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a server: reads the configuration, reports on it, and starts the member. */
final class ServeCommand {
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

  private final StartedAs command;
  private final List<String> arguments;
  private final Map<String, String> variables;

  ServeCommand(StartedAs command, List<String> arguments, Map<String, String> variables) {
    this.command = command;
    this.arguments = List.copyOf(arguments);
    this.variables = Map.copyOf(variables);
  }

  /**
   * Returns only if the member cannot serve; otherwise a signal ends the process.
   *
   * @return the exit code
   */
  int run() {
    ServerConfig config;
    try {
      Configuration configuration =
          command == StartedAs.ZOOKEEPER
              ? Configuration.readZooCfg(arguments)
              : Configuration.read(command, arguments, variables);
      if (configuration.asksForVersion()) {
        System.out.print(Version.likeEtcd(configuration.compatVersion()));
        return 0;
      }
      setUpLog(configuration.logConfig());
      report(configuration);
      config = configuration.serverConfig();
      if (TakeOver.isNeeded(config.dataDirectory())) {
        TakeOver.atFirstStart(config.dataDirectory(), config.logDirectory());
        config = configuration.serverConfig(); // the member's place is now that of the etcd member
      }
    } catch (IOException | RuntimeException e) {
      LOG.atError().setCause(e).log("failed to import the data of an etcd member");
      return Main.EXIT_FAILED;
    } catch (UsageError e) {
      if (e.asksForHelp()) {
        System.out.print(Usage.summary() + Usage.flags());
        return 0;
      }
      System.err.print(
          e.getMessage() + "\n" + (command == StartedAs.ZOOKEEPER ? "" : Usage.summary()));
      return Main.EXIT_USAGE;
    } catch (ConfigError e) {
      log(e);
      return Main.EXIT_FAILED;
    }
    return serve(config);
  }

  private static void log(ConfigError error) {
    LOG.atError().addKeyValue(error.factName(), error.fact()).log(error.getMessage());
  }

  private static void setUpLog(LogConfig config) throws ConfigError {
    try {
      LogSetup.apply(config);
    } catch (IOException e) {
      throw ConfigError.notVerified("cannot write to --log-outputs: " + e);
    }
  }

  private void report(Configuration configuration) {
    configuration
        .variablesUsed()
        .forEach(
            (name, value) ->
                LOG.atInfo()
                    .addKeyValue("variable-name", name)
                    .addKeyValue("variable-value", value)
                    .log("recognized and used environment variable"));
    configuration
        .unknownVariables()
        .forEach(
            variable ->
                LOG.atWarn()
                    .addKeyValue("environment-variable", variable)
                    .log("unrecognized environment variable"));
    if (configuration.file() != null && command != StartedAs.ZOOKEEPER) {
      LOG.atInfo()
          .addKeyValue("path", configuration.file())
          .log(
              "loaded server configuration, other configuration command line flags and environment"
                  + " variables will be ignored if provided");
    }
    configuration
        .unknownKeys()
        .forEach(
            key ->
                LOG.atWarn()
                    .addKeyValue("key", key)
                    .log("unrecognized key in the configuration file"));
    configuration
        .ignored()
        .forEach(
            (flag, reason) ->
                LOG.atWarn()
                    .addKeyValue("flag", flag)
                    .addKeyValue("reason", reason)
                    .log("flag has no effect here"));
    LOG.atInfo().addKeyValue("args", arguments).log("Running: ");
  }

  private int serve(ServerConfig config) {
    Stopper stopper = new Stopper();
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> {
          LOG.atError()
              .setCause(failure)
              .addKeyValue("thread", thread.getName())
              .log("uncaught exception");
          if (failure instanceof Error) {
            // A thread that the server depends on has run out of memory or stack. Within calls,
            // such errors are caught.
            stopper.stop("thread " + thread.getName() + " died", failure);
          }
        });
    StopSignals.install(stopper::stopParts);
    try {
      Place place = config.place();
      if (place != null) {
        serve(config, findPlace(config, place), stopper);
      } else if (config.bootstrap() instanceof Bootstrap.Multicast multicast) {
        serveWhenFound(config, multicast, stopper);
      } else if (config.bootstrap() instanceof Bootstrap.Wait) {
        serveWhenInvited(config, stopper);
      } else {
        serve(config, findPlace(config, discover(config)), stopper);
      }
      ReadyNotice.send(variables);
      Thread.currentThread().join();
    } catch (ConfigError e) {
      log(e);
    } catch (IOException | RuntimeException e) {
      LOG.atError().setCause(e).log("failed to serve");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Main.EXIT_FAILED;
  }

  /**
   * The member's place in its cluster, which may be running already.
   *
   * @param listed the place according to the flags or the data directory
   */
  private static Place findPlace(ServerConfig config, Place listed)
      throws ConfigError, IOException, InterruptedException {
    ZooCfg zooCfg = config.zookeeper().zooCfg();
    Place place =
        switch (listed.cluster().state()) {
          case EXISTING -> ExistingCluster.find(listed, MemberTls.peers(config));
          case NEW ->
              zooCfg == null || listed.cluster().members().size() == 1
                  ? listed
                  : Ensemble.find(listed, zooCfg.observes(), MemberTls.peers(config));
          case STORED, INVITED -> listed;
        };
    if (place.cluster().state() != InitialCluster.State.INVITED) {
      importOfZookeeper(config);
    } else if (!place.equals(listed)) {
      // Before the member is part of Raft: from then on it must not start as another one.
      DataDirectory.prepare(config.dataDirectory());
      StoredCluster.write(config.dataDirectory(), place);
    }
    return place;
  }

  /**
   * Imports ZooKeeper's data at the first start with a data directory of ZooKeeper. Each server of
   * an ensemble imports its own; that of the server with the newest data counts.
   */
  private static void importOfZookeeper(ServerConfig config) throws IOException {
    ZooCfg zooCfg = config.zookeeper().zooCfg();
    if (zooCfg == null || FirstTables.exist(config.dataDirectory())) {
      return;
    }
    DataFiles source = DataFiles.list(zooCfg.dataDirectory(), zooCfg.logDirectory());
    if (source.snapshots().isEmpty()) {
      return;
    }
    LOG.atInfo()
        .addKeyValue("data-dir", zooCfg.dataDirectory())
        .log("first start with a data directory of ZooKeeper, importing its data");
    ZookeeperImport.Result result =
        new ZookeeperImport(config.dataDirectory(), new Progress(LOG::info, System::nanoTime))
            .from(source);
    LOG.info(result.text());
  }

  /** Finds the cluster by one of etcd's discovery methods. */
  private static Place discover(ServerConfig config)
      throws ConfigError, IOException, InterruptedException {
    if (config.bootstrap() instanceof Bootstrap.Etcd etcd) {
      return EtcdDiscovery.join(etcd, config.name(), config.advertisePeerUrls());
    }
    if (config.bootstrap() instanceof Bootstrap.Dns dns) {
      String cluster = DnsDiscovery.find(dns, config.name(), config.advertisePeerUrls());
      return InitialPlace.find(
          config.name(),
          config.advertisePeerUrls(),
          cluster,
          config.clusterToken(),
          InitialCluster.State.NEW);
    }
    throw new IllegalStateException("no cluster is known for " + config.bootstrap());
  }

  private static void serve(ServerConfig config, Place place, Stopper stopper) throws IOException {
    Member member = start(config, place, stopper);
    member.awaitReady();
    member.openPort();
  }

  private static void serveWhenFound(
      ServerConfig config, Bootstrap.Multicast multicast, Stopper stopper) throws IOException {
    importOfZookeeper(config);
    DataDirectory.prepare(config.dataDirectory());
    EtcdUrl peerUrl = config.advertisePeerUrls().get(0);
    MulticastDiscovery discovery =
        MulticastDiscovery.start(multicast, config.clusterToken(), config.name(), peerUrl);
    InitialCluster cluster = InitialCluster.of(discovery.await(), config.clusterToken());
    InitialCluster.Member self =
        requireNonNull(cluster.find(config.name()), "this member is one of the cluster's members");
    Member member = start(config, new Place(cluster, self), stopper);
    discovery.keepAnnouncing(
        () -> member.cluster().members().stream().noneMatch(other -> other.name().isEmpty()));
    member.awaitReady();
    member.openPort();
  }

  private void serveWhenInvited(ServerConfig config, Stopper stopper) throws IOException {
    WaitingMember waiting = WaitingMember.start(config, stopper);
    stopper.add(waiting);
    // Already now, so that a service manager can start members that wait for each other one after
    // the other.
    ReadyNotice.send(variables);
    Member member = start(config, waiting.awaitCluster(), stopper);
    member.awaitReady();
    waiting.formed(member.cluster());
    stopper.forget(waiting);
    member.openPort();
  }

  private static Member start(ServerConfig config, Place place, Stopper stopper)
      throws IOException {
    Member member = Member.start(config, place, stopper);
    stopper.add(member);
    member.openMetrics();
    return member;
  }
}
