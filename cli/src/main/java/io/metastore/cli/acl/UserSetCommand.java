package io.metastore.cli.acl;

import io.metastore.api.v1.PutUserRequest;
import io.metastore.cli.console.Passwords;
import io.metastore.client.AccessControl;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "set",
    description = "Makes a user, or changes one: it has exactly these roles from now on.")
final class UserSetCommand extends RevisionCommand {
  @Parameters(paramLabel = "NAME", description = "Its name.")
  private String name = "";

  @Option(
      names = "--roles",
      split = ",",
      paramLabel = "ROLE",
      description = "All its roles, with commas (default: none).")
  private List<String> roles = List.of();

  @ArgGroup private final NewPassword newPassword = new NewPassword();

  /** Where a new password comes from, if there is one. */
  private static final class NewPassword {
    @Option(names = "--new-password", description = "Asks for its new password.")
    private boolean ask;

    @Option(
        names = "--new-password-file",
        paramLabel = "FILE",
        description = "Its new password is this file's first line.")
    private @Nullable Path file;
  }

  @Override
  long change(AccessControl acl) throws Exception {
    PutUserRequest.Builder user = PutUserRequest.newBuilder().setName(name).addAllRoles(roles);
    if (newPassword.file != null) {
      user.setPassword(Passwords.read(newPassword.file));
    } else if (newPassword.ask) {
      user.setPassword(Passwords.askNew(name));
    }
    return acl.putUser(user.build());
  }
}
