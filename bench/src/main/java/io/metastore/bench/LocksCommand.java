package io.metastore.bench;

import io.metastore.bench.LoadOptions.Output;
import io.metastore.bench.lock.LockComparison;
import io.metastore.bench.lock.LockPlan;
import io.metastore.bench.lock.LockResult;
import io.metastore.bench.lock.LockService;
import io.metastore.bench.lock.LockText;
import io.metastore.bench.lock.LockWork;
import io.metastore.bench.server.ServerCommand;
import io.metastore.bench.server.ZooKeeperServer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts lock services in turn and compares them. */
@Command(
    name = "locks",
    description = {
      "Starts lock services in turn, measures each, and compares the results.",
      "The services:",
      "  metastore       Metastore's native API, through gRPC stubs",
      "  library         Metastore's native API, through its Java library",
      "  metastore-etcd  etcd's lock service as implemented by Metastore",
      "  etcd            etcd's lock service",
      "  curator         Curator's InterProcessMutex on ZooKeeper"
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class LocksCommand extends ReportCommand<List<LockResult>> {
  @Mixin PeerOptions peers = new PeerOptions();

  @Option(
      names = "--service",
      split = ",",
      description = "Comma-separated list of the services to compare (default: all).")
  List<String> only = List.of();

  @Mixin ComparisonOptions comparison = new ComparisonOptions();

  @Option(
      names = "--work",
      split = ",",
      defaultValue = "uncontended:1/1,uncontended:64/64,contended:64/64,waiters:1000/100",
      paramLabel = "WORK:CLIENTS/CONNECTIONS",
      description = {
        "Comma-separated list of the work to compare, as work:clients/connections (default: ${DEFAULT-VALUE}):",
        "  uncontended  each client acquires and releases its own lock",
        "  contended    all clients acquire and release one lock",
        "  waiters      all clients wait for one lock, then get and release it one after the other"
      })
  List<String> works = List.of();

  @Mixin TimeOptions time = new TimeOptions();

  @Override
  List<LockResult> measure(Consumer<String> progress) throws InterruptedException {
    return new LockComparison(plan(), progress).run();
  }

  @Override
  Output output() {
    return peers.output;
  }

  @Override
  String text(List<LockResult> results) {
    return LockText.format(results, services().stream().map(LockService::name).toList());
  }

  LockPlan plan() {
    return new LockPlan(
        services(),
        comparison.members,
        works.stream().map(LockWork::parse).toList(),
        comparison.rounds,
        time.warmUp,
        time.duration,
        peers.directory);
  }

  private List<LockService> services() {
    ServerCommand metastoreServer = ServerCommand.parse("metastore=" + peers.metastore);
    List<LockService> known = new ArrayList<>();
    known.add(LockService.ofMetastore("metastore", metastoreServer));
    known.add(LockService.ofLibrary("library", metastoreServer));
    known.add(LockService.ofEtcd("metastore-etcd", metastoreServer));
    if (peers.etcd != null) {
      known.add(LockService.ofEtcd("etcd", ServerCommand.parse("etcd=" + peers.etcd)));
    }
    known.add(LockService.ofCurator("curator", new ZooKeeperServer()));
    return only.isEmpty() ? known : only.stream().map(name -> find(known, name)).toList();
  }

  private static LockService find(List<LockService> known, String name) {
    return known.stream()
        .filter(service -> service.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("unknown lock service '" + name + "'"));
  }
}
