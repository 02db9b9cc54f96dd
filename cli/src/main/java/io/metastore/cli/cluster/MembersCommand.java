package io.metastore.cli.cluster;

import io.metastore.api.v1.Member;
import io.metastore.api.v1.MembersRequest;
import io.metastore.api.v1.MembersResponse;
import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.cli.console.Table;
import io.metastore.client.MetastoreClient;
import picocli.CommandLine.Command;

@Command(
    name = "members",
    description = "Lists the members of the cluster, or changes the membership.",
    subcommands = {
      MembersAddCommand.class,
      MembersRemoveCommand.class,
      MembersPromoteCommand.class,
      MembersBootstrapCommand.class,
    })
public final class MembersCommand extends ClientCommand {
  @Override
  protected int run(MetastoreClient client) throws Exception {
    MembersResponse answer = client.cluster().members(MembersRequest.getDefaultInstance());
    if (json()) {
      answer.getMembersList().forEach(member -> console().line(Members.json(member)));
      return ExitCode.OK.code();
    }
    Table table = new Table("MEMBER", "NAME", "ROLE", "PEER URL", "CLIENT URLS");
    for (Member member : answer.getMembersList()) {
      table.row(
          Members.id(member.getId()),
          member.getName(),
          Members.role(member, answer.getLeaderId()),
          member.getPeerUrl(),
          String.join(",", member.getClientUrlsList()));
    }
    table.print(console());
    return ExitCode.OK.code();
  }
}
