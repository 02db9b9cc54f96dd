package io.metastore.bench;

import io.metastore.bench.LoadOptions.Output;
import io.metastore.bench.compare.Cell;
import io.metastore.bench.compare.ComparisonText;
import io.metastore.bench.znode.ZnodeComparison;
import io.metastore.bench.znode.ZnodePlan;
import io.metastore.bench.znode.ZnodeWork;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares Metastore with ZooKeeper, through ZooKeeper's Java client. */
@Command(
    name = "zookeeper",
    description =
        "Starts Metastore and ZooKeeper in turn, measures both with ZooKeeper's Java client, and compares the results.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ZookeeperCommand extends ReportCommand<List<Cell>> {
  @Mixin ZookeeperOptions servers = new ZookeeperOptions();
  @Mixin ComparisonOptions comparison = new ComparisonOptions();

  @Option(
      names = "--work",
      split = ",",
      defaultValue =
          "set-data:1000/100,create:1000/100,set-data:64/64,set-data:1/1,get-data:1000/100,session:100/1",
      paramLabel = "WORK:CLIENTS/SESSIONS",
      description = {
        "Comma-separated list of the work to compare, as work:clients/sessions (default: ${DEFAULT-VALUE}):",
        "  set-data  sets the data of a random node",
        "  create    creates a node",
        "  get-data  reads the data of a random node",
        "  session   connects, creates an ephemeral node, and closes the session"
      })
  List<String> works = List.of();

  @Option(
      names = "--nodes",
      defaultValue = "10000",
      description = "Number of nodes that are created before (default: ${DEFAULT-VALUE}).")
  int nodes;

  @Option(
      names = "--data-size",
      defaultValue = "256",
      description = "Size of each node's data in bytes (default: ${DEFAULT-VALUE}).")
  int dataSize;

  @Mixin TimeOptions time = new TimeOptions();

  @Override
  List<Cell> measure(Consumer<String> progress) throws InterruptedException {
    return new ZnodeComparison(plan(), progress).run();
  }

  @Override
  Output output() {
    return servers.output;
  }

  @Override
  String text(List<Cell> cells) {
    return ComparisonText.format(cells, servers.names());
  }

  ZnodePlan plan() {
    return new ZnodePlan(
        servers.kinds(),
        comparison.members,
        works.stream().map(ZnodeWork::parse).toList(),
        comparison.rounds,
        time.warmUp,
        time.duration,
        nodes,
        dataSize,
        servers.directory);
  }
}
