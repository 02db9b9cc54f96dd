package io.metastore.cli.acl;

import io.metastore.client.AccessControl;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "rm",
    description = "Deletes a role and its grants, and removes the role from all users.")
final class RoleRemoveCommand extends RevisionCommand {
  @Parameters(paramLabel = "NAME", description = "The role's name.")
  private String name = "";

  @Override
  long change(AccessControl acl) throws Exception {
    return acl.deleteRole(name);
  }
}
