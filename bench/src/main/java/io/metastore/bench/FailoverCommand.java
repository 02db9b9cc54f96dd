package io.metastore.bench;

import io.metastore.bench.LoadOptions.Output;
import io.metastore.bench.failover.Failover;
import io.metastore.bench.failover.FailoverResult;
import io.metastore.bench.failover.FailoverText;
import io.metastore.bench.failover.Fault;
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

/** Measures how soon a cluster accepts writes again after it has lost its leader. */
@Command(
    name = "failover",
    description = {
      "Measures how soon a cluster accepts writes again after it has lost its leader.",
      "Makes the leader of a cluster of three fail repeatedly, and measures the time until",
      "puts and lock grants through both other members work again. Linux only."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class FailoverCommand implements Callable<Integer> {
  @Mixin PeerOptions peers = new PeerOptions();

  @Option(
      names = "--fault",
      split = ",",
      description = "How the leader fails: ${COMPLETION-CANDIDATES} (default: each).")
  List<Fault> faults = List.of(Fault.values());

  @Option(
      names = "--tries",
      defaultValue = "20",
      description = "Number of tries for each fault (default: ${DEFAULT-VALUE}).")
  int tries;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets this field before it calls call()
  CommandSpec command;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = command.commandLine().getOut();
    List<ServerCommand> servers = new ArrayList<>();
    servers.add(ServerCommand.parse("metastore=" + peers.metastore));
    if (peers.etcd != null) {
      servers.add(ServerCommand.parse("etcd=" + peers.etcd));
    }
    List<FailoverResult> results = new ArrayList<>();
    for (Fault fault : faults) {
      for (ServerCommand server : servers) {
        PrintWriter progress = command.commandLine().getErr();
        boolean ownApi = server.equals(servers.get(0));
        results.add(
            new Failover(server, ownApi, tries, peers.directory, progress::println).run(fault));
      }
    }
    out.println(
        peers.output == Output.JSON ? Json.format(results) : FailoverText.format(results).strip());
    return 0;
  }
}
