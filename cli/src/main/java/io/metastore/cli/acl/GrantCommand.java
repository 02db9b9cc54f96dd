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
        "Grants rights to a user or role on a directory and everything below it. Replaces an"
            + " earlier grant to the same user or role on the same directory.")
final class GrantCommand extends RevisionCommand {
  @Parameters(index = "0", paramLabel = "DIR", description = "The directory's path.")
  private String directory = "";

  @Parameters(
      index = "1",
      paramLabel = "WHO",
      converter = PrincipalText.class,
      description = "The user or role: user:NAME or role:NAME.")
  private Principal principal = Principal.getDefaultInstance();

  @Parameters(
      index = "2",
      split = ",",
      paramLabel = "RIGHTS",
      description = "Comma-separated list of read, write and admin.")
  private List<Choice> rights = List.of();

  /** The rights, without the protocol's UNSPECIFIED and UNRECOGNIZED, which are not valid here. */
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
