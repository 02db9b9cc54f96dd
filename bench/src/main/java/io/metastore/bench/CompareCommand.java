package io.metastore.bench;

import io.metastore.bench.LoadOptions.Output;
import io.metastore.bench.compare.Cell;
import io.metastore.bench.compare.Comparison;
import io.metastore.bench.compare.ComparisonText;
import io.metastore.bench.compare.Plan;
import io.metastore.bench.compare.Row;
import io.metastore.bench.load.Workload;
import io.metastore.bench.server.Endpoint;
import io.metastore.bench.server.ServerCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts several kinds of servers in turn and compares them. */
@Command(
    name = "compare",
    description =
        "Starts several kinds of servers in turn, measures each, and compares the results.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class CompareCommand extends ReportCommand<List<Cell>> {
  // A placeholder, replaced before each run.
  private static final Endpoint NOWHERE = new Endpoint("localhost", 1);

  @Option(
      names = "--server",
      required = true,
      paramLabel = "NAME=PROGRAM",
      description =
          "A server program that takes etcd's flags; repeat for several. The first is compared with each of the others.")
  List<String> servers = List.of();

  @Mixin ComparisonOptions comparison = new ComparisonOptions();

  @Option(
      names = "--row",
      split = ",",
      defaultValue = "put:1000/100,put:64/64,put:1/1,range:1000/100",
      paramLabel = "WORKLOAD:CLIENTS/CONNECTIONS[@RATE]",
      description =
          "Comma-separated list of the work to compare, as workload:clients/connections, for a constant"
              + " rate followed by @ and operations per second (default: ${DEFAULT-VALUE}).")
  List<String> rows = List.of();

  @Option(
      names = "--directory",
      description = "Directory for the servers' data (default: the temporary directory).")
  Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Mixin LoadOptions options = new LoadOptions();

  @Override
  List<Cell> measure(Consumer<String> progress) throws InterruptedException {
    return new Comparison(plan(), progress).run();
  }

  @Override
  Output output() {
    return options.output;
  }

  @Override
  String text(List<Cell> cells) {
    return ComparisonText.format(
        cells, plan().servers().stream().map(ServerCommand::name).toList());
  }

  Plan plan() {
    return new Plan(
        servers.stream()
            .map(server -> ServerCommand.parse(server, options.access.access()))
            .toList(),
        comparison.members,
        rows.stream().map(Row::parse).toList(),
        comparison.rounds,
        directory,
        options.spec(List.of(NOWHERE), Workload.PUT, 1, 1, Long.MAX_VALUE, 0));
  }
}
