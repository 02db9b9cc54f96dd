package io.metastore.bench;

import io.metastore.bench.LoadOptions.Output;
import io.metastore.bench.range.MemoryLine;
import io.metastore.bench.range.MemoryText;
import io.metastore.bench.range.RangeMemory;
import io.metastore.bench.range.RangeMemory.Way;
import io.metastore.bench.report.Json;
import io.metastore.bench.server.ServerCommand;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reads many keys and shows the server's memory use. */
@Command(
    name = "range-memory",
    description =
        "Fills a server, reads all keys in several ways, and shows the server's memory use: with"
            + " GetRange of Metastore's native API, and page by page with etcd's Range.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RangeMemoryCommand implements Callable<Integer> {
  @Mixin PeerOptions peers = new PeerOptions();

  @Option(
      names = "--keys",
      defaultValue = "1000000",
      description = "Number of keys (default: ${DEFAULT-VALUE}).")
  long keys;

  @Option(
      names = "--value-size",
      defaultValue = "256",
      description = "Value size in bytes (default: ${DEFAULT-VALUE}).")
  int valueSize;

  @Option(
      names = "--readers",
      defaultValue = "20",
      description = "Number of readers in the phases with several (default: ${DEFAULT-VALUE}).")
  int readers;

  @Option(
      names = "--page",
      defaultValue = "10000",
      description = "Page size in keys for etcd's Range (default: ${DEFAULT-VALUE}).")
  int page;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets this field before it calls call()
  CommandSpec command;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = command.commandLine().getOut();
    List<MemoryLine> lines =
        new ArrayList<>(run("metastore=" + peers.metastore, List.of(Way.STREAMS, Way.PAGES)));
    if (peers.etcd != null) {
      lines.addAll(run("etcd=" + peers.etcd, List.of(Way.PAGES)));
    }
    out.println(
        peers.output == Output.JSON ? Json.format(lines) : MemoryText.format(lines).strip());
    return 0;
  }

  private List<MemoryLine> run(String server, List<Way> ways) throws InterruptedException {
    PrintWriter progress = command.commandLine().getErr();
    return new RangeMemory(
            ServerCommand.parse(server),
            keys,
            valueSize,
            readers,
            page,
            peers.directory,
            progress::println)
        .run(ways);
  }
}
