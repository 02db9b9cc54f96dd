package io.metastore.bench;

import io.metastore.bench.LoadOptions.Output;
import io.metastore.bench.server.MetastoreZookeeper;
import io.metastore.bench.server.ServerCommand;
import io.metastore.bench.server.ServerKind;
import io.metastore.bench.server.ZooKeeperServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of commands that compare Metastore with ZooKeeper. */
final class ZookeeperOptions {
  @Option(
      names = "--server",
      paramLabel = "NAME=PROGRAM",
      defaultValue = "metastore=bin/etcd",
      description =
          "A Metastore program that takes etcd's flags; repeat for several versions (default: ${DEFAULT-VALUE}). The first is compared with each of the others.")
  List<String> programs = List.of();

  @Option(
      names = "--without-zookeeper",
      description = "Measures only Metastore, without ZooKeeper beside it.")
  boolean alone;

  @Option(
      names = "--directory",
      description = "Directory for the servers' data (default: the temporary directory).")
  Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--output",
      defaultValue = "table",
      description = "Output format: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  Output output = Output.TABLE;

  /** The servers to compare. */
  List<ServerKind> kinds() {
    List<ServerKind> kinds = new ArrayList<>();
    for (String program : programs) {
      kinds.add(new MetastoreZookeeper(ServerCommand.parse(program)));
    }
    if (!alone) {
      kinds.add(new ZooKeeperServer());
    }
    return kinds;
  }

  /** The names of the servers, in the same order. */
  List<String> names() {
    return kinds().stream().map(ServerKind::name).toList();
  }
}
