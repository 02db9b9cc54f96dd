package io.metastore.cli.cluster;

import io.metastore.api.v1.JoinRequest;
import io.metastore.api.v1.Member;
import io.metastore.api.v1.NewMember;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.client.MetastoreClient;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "add",
    description = {
      "Adds a member.",
      "One that was started without a cluster. Waits until it has caught up, and prints its id."
    })
final class MembersAddCommand extends ClientCommand {
  @Parameters(index = "0", paramLabel = "NAME", description = "As it was told at its start.")
  private String name = "";

  @Parameters(
      index = "1",
      paramLabel = "PEER_URL",
      description = "http://HOST:PORT, or https:// if the members speak TLS.")
  private String peerUrl = "";

  @Option(names = "--learner", description = "It is sent everything but has no vote.")
  private boolean learner;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10m",
      description = "How long to wait for it (default: ${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ZERO;

  @Override
  protected int run(MetastoreClient client) throws Exception {
    note("waiting for " + name + " to catch up");
    Member member =
        client
            .cluster()
            .join(
                JoinRequest.newBuilder()
                    .setMember(NewMember.newBuilder().setName(name).setPeerUrl(peerUrl))
                    .setLearner(learner)
                    .build(),
                timeout)
            .getMember();
    if (json()) {
      console().line(Members.json(member));
    } else {
      console().line(Members.id(member.getId()));
    }
    return ExitCode.OK.code();
  }
}
