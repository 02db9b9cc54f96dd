package io.metastore.cli.acl;

import io.metastore.api.v1.Grant;
import io.metastore.api.v1.Principal;
import io.metastore.api.v1.Right;
import io.metastore.client.AccessControl;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "grant",
    description =
        "Sets the rights of a user or role on a directory and all below it, in place of what a grant on this very"
            + " directory gave before.")
final class GrantCommand extends RevisionCommand {
  @Parameters(index = "0", paramLabel = "DIR", description = "A path.")
  private String directory = "";

  @Parameters(
      index = "1",
      paramLabel = "WHO",
      converter = PrincipalText.class,
      description = "user:NAME or role:NAME.")
  private Principal principal = Principal.getDefaultInstance();

  @Parameters(
      index = "2",
      split = ",",
      paramLabel = "RIGHTS",
      description = "Of read, write and admin, with commas.")
  private List<Choice> rights = List.of();

  /** Without the protocol's own names for what is no right. */
  enum Choice {
    READ(Right.READ),
    WRITE(Right.WRITE),
    ADMIN(Right.ADMIN);

    private final Right wire;

    Choice(Right wire) {
      this.wire = wire;
    }
  }

  @Override
  long change(AccessControl acl) throws Exception {
    Grant.Builder grant = Grant.newBuilder().setDirectory(directory).setPrincipal(principal);
    rights.forEach(right -> grant.addRights(right.wire));
    return acl.setGrant(grant.build());
  }
}
