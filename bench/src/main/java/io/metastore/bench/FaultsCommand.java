package io.metastore.bench;

import io.metastore.bench.LoadOptions.Output;
import io.metastore.bench.faults.Fault;
import io.metastore.bench.faults.FaultRun;
import io.metastore.bench.faults.RunReport;
import io.metastore.bench.faults.RunSettings;
import io.metastore.bench.faults.RunText;
import io.metastore.bench.server.ServerCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a cluster under faults and checks what its clients observe. */
@Command(
    name = "faults",
    description = {
      "Runs a cluster under faults and checks what its clients observe.",
      "All choices follow from the seed. Exits with 1 after a violation, and then keeps the members'",
      "logs and the history of all clients. Linux only; power-loss and disk-full need root,",
      "clock-jump needs a C compiler."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class FaultsCommand extends ReportCommand<RunReport> {
  private static final int VIOLATION = 1;

  @Option(names = "--seed", description = "The seed (default: a random one).")
  @Nullable Long seed;

  @Option(
      names = "--duration",
      defaultValue = "5m",
      description = "How long faults happen (default: ${DEFAULT-VALUE}).")
  Duration duration = Duration.ZERO;

  @Option(
      names = "--round",
      defaultValue = "1m",
      description =
          "How long they happen before everything is checked (default: ${DEFAULT-VALUE}).")
  Duration round = Duration.ZERO;

  @Option(
      names = "--members",
      defaultValue = "3",
      description = "Number of members (default: ${DEFAULT-VALUE}).")
  int members;

  @Option(
      names = "--mix",
      split = ",",
      description = "Faults to choose from: ${COMPLETION-CANDIDATES} (default: each).")
  List<Fault> mix = List.of(Fault.values());

  @Option(
      names = "--etcd-clients",
      defaultValue = "8",
      description = "Number of clients of etcd's API (default: ${DEFAULT-VALUE}).")
  int etcdClients;

  @Option(
      names = "--native-clients",
      defaultValue = "12",
      description = "Number of clients of the native API (default: ${DEFAULT-VALUE}).")
  int nativeClients;

  @Option(
      names = "--zookeeper-clients",
      defaultValue = "6",
      description = "Number of ZooKeeper clients (default: ${DEFAULT-VALUE}).")
  int zookeeperClients;

  @Option(
      names = "--server",
      defaultValue = "bin/etcd",
      paramLabel = "PROGRAM",
      description = "The server's program (default: ${DEFAULT-VALUE}).")
  String server = "";

  @Option(
      names = "--etcdutl",
      paramLabel = "PROGRAM",
      description = "Restores snapshots (default: etcdutl beside the server's program).")
  @Nullable String etcdutl;

  @Option(
      names = "--directory",
      description = "Directory for the members' data (default: the temporary directory).")
  Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--output",
      defaultValue = "table",
      description = "Output format: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  Output output = Output.TABLE;

  @Override
  RunReport measure(Consumer<String> progress) throws InterruptedException {
    if (seed == null) {
      seed = (long) new Random().nextInt(Integer.MAX_VALUE);
    }
    return new FaultRun(
            new RunSettings(
                seed, members, duration, round, mix, etcdClients, nativeClients, zookeeperClients),
            ServerCommand.parse("metastore=" + server),
            List.of(etcdutl == null ? besideServer("etcdutl") : etcdutl),
            directory,
            progress)
        .run();
  }

  private String besideServer(String name) {
    return Path.of(server.split(" ", 2)[0]).resolveSibling(name).toString();
  }

  @Override
  Output output() {
    return output;
  }

  @Override
  String text(RunReport report) {
    return RunText.format(report);
  }

  @Override
  int finish(RunReport report, Consumer<String> progress) {
    if (report.violations().isEmpty()) {
      return 0;
    }
    progress.accept("logs and history: " + report.directory());
    progress.accept("to run it again:  " + again());
    return VIOLATION;
  }

  private String again() {
    return "bench/faults --seed %d --duration %ds --round %ds --members %d --mix %s --etcd-clients %d --native-clients %d --zookeeper-clients %d --server '%s'%s"
        .formatted(
            seed,
            duration.toSeconds(),
            round.toSeconds(),
            members,
            mix.stream().map(Fault::toString).collect(Collectors.joining(",")),
            etcdClients,
            nativeClients,
            zookeeperClients,
            server,
            etcdutl == null ? "" : " --etcdutl '%s'".formatted(etcdutl));
  }
}
