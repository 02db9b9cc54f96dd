package io.metastore.bench;

import io.metastore.bench.LoadOptions.Output;
import io.metastore.bench.load.LoadRun;
import io.metastore.bench.load.LoadSpec;
import io.metastore.bench.load.Workload;
import io.metastore.bench.report.Result;
import io.metastore.bench.report.ResultText;
import io.metastore.bench.server.Endpoint;
import io.metastore.bench.server.ServerMeter;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs one workload against running servers. */
@Command(
    name = "run",
    description = "Runs one workload against running servers.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RunCommand extends ReportCommand<Result> {
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
      names = "--rate",
      description =
          "Operations per second of all clients together. Latencies then count from the time when an"
              + " operation was due (default: as many as possible).")
  double rate;

  @Option(
      names = "--pid",
      split = ",",
      description = "Process IDs of the servers, to measure their CPU time and memory.")
  List<Long> pids = List.of();

  @Mixin LoadOptions options = new LoadOptions();

  @Override
  Result measure(Consumer<String> progress) throws InterruptedException {
    return new LoadRun(spec(), new ServerMeter(pids), progress).run();
  }

  @Override
  Output output() {
    return options.output;
  }

  @Override
  String text(Result result) {
    return ResultText.format(result);
  }

  LoadSpec spec() {
    return options.spec(
        endpoints.stream().map(Endpoint::parse).toList(),
        Workload.of(workload),
        clients,
        connections == null ? Math.min(clients, DEFAULT_CONNECTIONS_MAX) : connections,
        total,
        rate);
  }
}
