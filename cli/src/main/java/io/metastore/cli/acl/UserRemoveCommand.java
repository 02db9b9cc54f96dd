package io.metastore.cli.acl;

import io.metastore.client.AccessControl;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "rm", description = "Deletes a user and its grants.")
final class UserRemoveCommand extends RevisionCommand {
  @Parameters(paramLabel = "NAME", description = "The user's name.")
  private String name = "";

  @Override
  long change(AccessControl acl) throws Exception {
    return acl.deleteUser(name);
  }
}
