package io.metastore.cli.acl;

import io.metastore.api.v1.Grant;
import io.metastore.api.v1.Principal;
import io.metastore.client.AccessControl;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "revoke",
    description = "Takes back what a grant on this very directory gave; others still count.")
final class RevokeCommand extends RevisionCommand {
  @Parameters(index = "0", paramLabel = "DIR", description = "A path.")
  private String directory = "";

  @Parameters(
      index = "1",
      paramLabel = "WHO",
      converter = PrincipalText.class,
      description = "user:NAME or role:NAME.")
  private Principal principal = Principal.getDefaultInstance();

  @Override
  long change(AccessControl acl) throws Exception {
    return acl.setGrant(Grant.newBuilder().setDirectory(directory).setPrincipal(principal).build());
  }
}
