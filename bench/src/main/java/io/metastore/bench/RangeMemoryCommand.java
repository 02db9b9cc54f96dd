package io.metastore.bench;

import io.metastore.bench.LoadOptions.Output;
import io.metastore.bench.range.MemoryLine;
import io.metastore.bench.range.MemoryText;
import io.metastore.bench.range.RangeMemory;
import io.metastore.bench.range.RangeMemory.Way;
import io.metastore.bench.server.ServerCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reads many keys and shows the server's memory use. */
@Command(
    name = "range-memory",
    description =
        "Fills a server, reads all keys in several ways, and shows the server's memory use: with"
            + " GetRange of Metastore's native API, and page by page with etcd's Range.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RangeMemoryCommand extends ReportCommand<List<MemoryLine>> {
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

  @Override
  List<MemoryLine> measure(Consumer<String> progress) throws InterruptedException {
    List<MemoryLine> lines =
        new ArrayList<>(
            run("metastore=" + peers.metastore, List.of(Way.STREAMS, Way.PAGES), progress));
    if (peers.etcd != null) {
      lines.addAll(run("etcd=" + peers.etcd, List.of(Way.PAGES), progress));
    }
    return lines;
  }

  @Override
  Output output() {
    return peers.output;
  }

  @Override
  String text(List<MemoryLine> lines) {
    return MemoryText.format(lines);
  }

  private List<MemoryLine> run(String server, List<Way> ways, Consumer<String> progress)
      throws InterruptedException {
    return new RangeMemory(
            ServerCommand.parse(server), keys, valueSize, readers, page, peers.directory, progress)
        .run(ways);
  }
}
