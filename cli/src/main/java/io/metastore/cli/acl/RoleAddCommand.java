package io.metastore.cli.acl;

import io.metastore.client.AccessControl;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "add", description = "Creates a role.")
final class RoleAddCommand extends RevisionCommand {
  @Parameters(paramLabel = "NAME", description = "The role's name.")
  private String name = "";

  @Override
  long change(AccessControl acl) throws Exception {
    return acl.putRole(name);
  }
}
