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

/** Starts several kinds of server by turns and compares them. */
@Command(
    name = "compare",
    description = "Starts several kinds of server by turns and compares what they do.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class CompareCommand implements Callable<Integer> {
  // Replaced before each run by what the row and the started servers say.
  private static final Endpoint NOWHERE = new Endpoint("localhost", 1);

  @Option(
      names = "--server",
      required = true,
      paramLabel = "NAME=PROGRAM",
      description = "A server that takes etcd's flags; give several. The first is compared.")
  List<String> servers = List.of();

  @Option(
      names = "--members",
      split = ",",
      defaultValue = "1,3",
      description = "Sizes of the clusters (default: ${DEFAULT-VALUE}).")
  List<Integer> members = List.of();

  @Option(
      names = "--row",
      split = ",",
      defaultValue = "put:1000/100,put:64/64,put:1/1,range:1000/100",
      paramLabel = "WORKLOAD:CLIENTS/CONNECTIONS",
      description = "The work to compare (default: ${DEFAULT-VALUE}).")
  List<String> rows = List.of();

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "How often to repeat everything (default: ${DEFAULT-VALUE}).")
  int rounds;

  @Option(
      names = "--directory",
      description = "Where the servers keep their data (default: the temporary directory).")
  Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Mixin LoadOptions options = new LoadOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it calls call()
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
        servers.stream().map(ServerCommand::parse).toList(),
        members,
        rows.stream().map(Row::parse).toList(),
        rounds,
        directory,
        options.spec(List.of(NOWHERE), Workload.PUT, 1, 1, Long.MAX_VALUE));
  }
}
