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
      "Adds a member to the cluster.",
      "The new member must have been started with --bootstrap=wait. Waits until it has caught up,"
          + " then prints its ID."
    })
final class MembersAddCommand extends ClientCommand {
  @Parameters(index = "0", paramLabel = "NAME", description = "The new member's --name.")
  private String name = "";

  @Parameters(
      index = "1",
      paramLabel = "PEER_URL",
      description = "The new member's peer URL: http://HOST:PORT, or https:// if members use TLS.")
  private String peerUrl = "";

  @Option(
      names = "--learner",
      description = "Add the member as a learner: it receives all data but does not vote.")
  private boolean learner;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10m",
      description = "How long to wait for the new member (default: ${DEFAULT-VALUE}).")
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
