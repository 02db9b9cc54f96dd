package io.metastore.cli.cluster;

import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.client.MetastoreClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "remove", description = "Removes a member, dead or alive.")
final class MembersRemoveCommand extends ClientCommand {
  @Parameters(
      paramLabel = "ID",
      converter = Members.IdText.class,
      description = "As 'metastore members' shows it.")
  private long id;

  @Override
  protected int run(MetastoreClient client) throws Exception {
    client.cluster().remove(id);
    return ExitCode.OK.code();
  }
}
