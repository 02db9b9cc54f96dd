package io.metastore.cli.cluster;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.metastore.api.v1.BootstrapRequest;
import io.metastore.api.v1.BootstrapResponse;
import io.metastore.api.v1.NewMember;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.client.MetastoreClient;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "bootstrap",
    description = {
      "Forms a new cluster from members started with --bootstrap=wait.",
      "Waits until the cluster has a leader, then prints the cluster ID."
    })
final class MembersBootstrapCommand extends ClientCommand {
  @Parameters(
      split = ",",
      arity = "1..*",
      paramLabel = "NAME=PEER_URL",
      converter = Members.NewMemberText.class,
      description = "All members of the new cluster, including the one given by --endpoints.")
  private List<NewMember> members = List.of();

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "1m",
      description = "How long to wait for a leader (default: ${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ZERO;

  @Override
  protected int run(MetastoreClient client) throws Exception {
    note("waiting for the new cluster to elect a leader");
    BootstrapResponse answer =
        client
            .cluster()
            .bootstrap(BootstrapRequest.newBuilder().addAllMembers(members).build(), timeout);
    if (json()) {
      JsonObject line = new JsonObject();
      line.addProperty("cluster", Members.id(answer.getClusterId()));
      JsonArray all = new JsonArray();
      answer.getMembersList().forEach(member -> all.add(Members.json(member)));
      line.add("members", all);
      console().line(line);
    } else {
      console().line(Members.id(answer.getClusterId()));
    }
    return ExitCode.OK.code();
  }
}
