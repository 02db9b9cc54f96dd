package io.metastore.cli.acl;

import io.metastore.api.v1.Grant;
import io.metastore.api.v1.Principal;
import io.metastore.client.AccessControl;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "revoke",
    description =
        "Revokes the grant to a user or role on a directory. Grants on its parent directories still"
            + " apply.")
final class RevokeCommand extends RevisionCommand {
  @Parameters(index = "0", paramLabel = "DIR", description = "The directory's path.")
  private String directory = "";

  @Parameters(
      index = "1",
      paramLabel = "WHO",
      converter = PrincipalText.class,
      description = "The user or role: user:NAME or role:NAME.")
  private Principal principal = Principal.getDefaultInstance();

  @Override
  long change(AccessControl acl) throws Exception {
    return acl.setGrant(Grant.newBuilder().setDirectory(directory).setPrincipal(principal).build());
  }
}
