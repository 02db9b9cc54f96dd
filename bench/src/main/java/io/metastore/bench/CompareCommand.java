package io.metastore.bench;

import io.metastore.bench.LoadOptions.Output;
import io.metastore.bench.compare.Cell;
import io.metastore.bench.compare.Comparison;
import io.metastore.bench.compare.ComparisonText;
import io.metastore.bench.compare.Plan;
import io.metastore.bench.compare.Row;
import io.metastore.bench.load.Workload;
import io.metastore.bench.report.Json;
import io.metastore.bench.server.Endpoint;
import io.metastore.bench.server.ServerCommand;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts several kinds of servers in turn and compares them. */
@Command(
    name = "compare",
    description =
        "Starts several kinds of servers in turn, measures each, and compares the results.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class CompareCommand implements Callable<Integer> {
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
      paramLabel = "WORKLOAD:CLIENTS/CONNECTIONS",
      description =
          "Comma-separated list of the work to compare, as workload:clients/connections (default: ${DEFAULT-VALUE}).")
  List<String> rows = List.of();

  @Option(
      names = "--directory",
      description = "Directory for the servers' data (default: the temporary directory).")
  Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Mixin LoadOptions options = new LoadOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets this field before it calls call()
  CommandSpec command;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter progress = command.commandLine().getErr();
    PrintWriter out = command.commandLine().getOut();
    Plan plan = plan();
    List<Cell> cells = new Comparison(plan, progress::println).run();
    List<String> names = plan.servers().stream().map(ServerCommand::name).toList();
    out.println(
        options.output == Output.JSON
            ? Json.format(cells)
            : ComparisonText.format(cells, names).strip());
    return 0;
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
        options.spec(List.of(NOWHERE), Workload.PUT, 1, 1, Long.MAX_VALUE));
  }
}
