package io.metastore.cli.cluster;

import io.metastore.cli.console.ClientCommand;
import io.metastore.cli.console.ExitCode;
import io.metastore.client.MetastoreClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "promote", description = "Makes a learner that has caught up a voter.")
final class MembersPromoteCommand extends ClientCommand {
  @Parameters(
      paramLabel = "ID",
      converter = Members.IdText.class,
      description = "The member's ID, as printed by 'metastore members'.")
  private long id;

  @Override
  protected int run(MetastoreClient client) throws Exception {
    client.cluster().promote(id);
    return ExitCode.OK.code();
  }
}
