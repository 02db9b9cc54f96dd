package io.metastore.bench;

import io.metastore.bench.LoadOptions.Output;
import io.metastore.bench.compare.Turn;
import io.metastore.bench.znode.ScaleCase;
import io.metastore.bench.znode.ScaleComparison;
import io.metastore.bench.znode.ScaleResult;
import io.metastore.bench.znode.ScaleText;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares Metastore with ZooKeeper with many sessions, watches, children and nodes. */
@Command(
    name = "zookeeper-scale",
    description =
        "Starts Metastore and ZooKeeper in turn, and compares them with many sessions, watches, children and nodes.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ZookeeperScaleCommand extends ReportCommand<List<ScaleResult>> {
  @Mixin ZookeeperOptions servers = new ZookeeperOptions();
  @Mixin ComparisonOptions comparison = new ComparisonOptions();

  @Option(
      names = "--case",
      split = ",",
      defaultValue =
          "idle:10000,watches:100000/100000,watches:10000/1,children:1000000,restart:1000000",
      paramLabel = "CASE:COUNT",
      description = {
        "Comma-separated list of cases (default: ${DEFAULT-VALUE}):",
        "  idle:SESSIONS          memory and log entries of sessions that only send pings",
        "  watches:WATCHES/NODES  one-shot watches, distributed over so many nodes, that all fire",
        "  children:NODES         rate at which one node gets children, at the beginning and at the end",
        "  restart:NODES          time from the start of a process until it serves, with existing data"
      })
  List<String> cases = List.of();

  @Option(
      names = "--idle",
      defaultValue = "20s",
      description = "How long idle sessions are observed (default: ${DEFAULT-VALUE}).")
  Duration idle = Duration.ZERO;

  @Option(
      names = "--data-size",
      defaultValue = "256",
      description = "Size of each node's data in bytes (default: ${DEFAULT-VALUE}).")
  int dataSize;

  @Override
  List<ScaleResult> measure(Consumer<String> progress) throws InterruptedException {
    List<ScaleCase> works = cases.stream().map(ScaleCase::parse).toList();
    return new ScaleComparison(
            Turn.all(servers.kinds(), comparison.members, works, comparison.rounds),
            idle,
            dataSize,
            servers.directory,
            progress)
        .run();
  }

  @Override
  Output output() {
    return servers.output;
  }

  @Override
  String text(List<ScaleResult> results) {
    return ScaleText.format(results, servers.names());
  }
}
