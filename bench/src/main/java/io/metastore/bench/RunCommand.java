package io.metastore.bench;

import io.metastore.bench.LoadOptions.Output;
import io.metastore.bench.load.LoadRun;
import io.metastore.bench.load.LoadSpec;
import io.metastore.bench.load.Workload;
import io.metastore.bench.report.Json;
import io.metastore.bench.report.Result;
import io.metastore.bench.report.ResultText;
import io.metastore.bench.server.Endpoint;
import io.metastore.bench.server.ServerMeter;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs one workload against running servers. */
@Command(
    name = "run",
    description = "Runs one workload against running servers.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RunCommand implements Callable<Integer> {
  private static final int DEFAULT_CONNECTIONS_MAX = 100;

  @Parameters(
      paramLabel = "WORKLOAD",
      description =
          "The workload: put, range, range-serializable, txn, watch, load, fill or lease-keepalive;"
              + " load and fill have no warm-up and run to their end.")
  String workload = "";

  @Option(
      names = "--endpoints",
      split = ",",
      defaultValue = "127.0.0.1:2379",
      description = "Comma-separated list of host:port of the members (default: ${DEFAULT-VALUE}).")
  List<String> endpoints = List.of();

  @Option(
      names = "--clients",
      defaultValue = "64",
      description = "Number of concurrent operations (default: ${DEFAULT-VALUE}).")
  int clients;

  @Option(
      names = "--connections",
      description =
          "Number of TCP connections shared by the clients (default: one per client, at most 100).")
  @Nullable Integer connections;

  @Option(
      names = "--total",
      description = "End after this many operations, including the warm-up (default: no limit).")
  long total = Long.MAX_VALUE;

  @Option(
      names = "--pid",
      split = ",",
      description = "Process IDs of the servers, to measure their CPU time and memory.")
  List<Long> pids = List.of();

  @Mixin LoadOptions options = new LoadOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets this field before it calls call()
  CommandSpec command;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter progress = command.commandLine().getErr();
    PrintWriter out = command.commandLine().getOut();
    Result result = new LoadRun(spec(), new ServerMeter(pids), progress::println).run();
    out.println(
        options.output == Output.JSON ? Json.format(result) : ResultText.format(result).strip());
    return 0;
  }

  LoadSpec spec() {
    return options.spec(
        endpoints.stream().map(Endpoint::parse).toList(),
        Workload.of(workload),
        clients,
        connections == null ? Math.min(clients, DEFAULT_CONNECTIONS_MAX) : connections,
        total);
  }
}
