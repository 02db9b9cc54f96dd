package io.metastore.bench;

import io.metastore.bench.LoadOptions.Output;
import io.metastore.bench.failover.Failover;
import io.metastore.bench.failover.FailoverResult;
import io.metastore.bench.failover.FailoverText;
import io.metastore.bench.failover.Fault;
import io.metastore.bench.server.ServerCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures how long writes wait when a cluster loses its leader, or the leader hands over. */
@Command(
    name = "failover",
    description = {
      "Measures how long writes wait when a cluster loses its leader, or the leader hands over.",
      "Makes the leader of a cluster of three fail repeatedly, and measures the time until",
      "puts and lock grants through both other members work again. Linux only."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class FailoverCommand extends ReportCommand<List<FailoverResult>> {
  @Mixin PeerOptions peers = new PeerOptions();

  @Option(
      names = "--fault",
      split = ",",
      description = "What happens to the leader: ${COMPLETION-CANDIDATES} (default: each).")
  List<Fault> faults = List.of(Fault.values());

  @Option(
      names = "--tries",
      defaultValue = "20",
      description = "Number of tries for each fault (default: ${DEFAULT-VALUE}).")
  int tries;

  @Override
  List<FailoverResult> measure(Consumer<String> progress) throws InterruptedException {
    List<ServerCommand> servers = new ArrayList<>();
    servers.add(ServerCommand.parse("metastore=" + peers.metastore));
    if (peers.etcd != null) {
      servers.add(ServerCommand.parse("etcd=" + peers.etcd));
    }
    List<FailoverResult> results = new ArrayList<>();
    for (Fault fault : faults) {
      for (ServerCommand server : servers) {
        boolean ownApi = server.equals(servers.get(0));
        results.add(new Failover(server, ownApi, tries, peers.directory, progress).run(fault));
      }
    }
    return results;
  }

  @Override
  Output output() {
    return peers.output;
  }

  @Override
  String text(List<FailoverResult> results) {
    return FailoverText.format(results);
  }
}
