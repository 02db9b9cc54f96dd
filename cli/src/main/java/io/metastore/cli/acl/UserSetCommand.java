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
    description = "Creates or changes a user. The list of roles replaces the user's current roles.")
final class UserSetCommand extends RevisionCommand {
  @Parameters(paramLabel = "NAME", description = "The user's name.")
  private String name = "";

  @Option(
      names = "--roles",
      split = ",",
      paramLabel = "ROLE",
      description = "Comma-separated list of all the user's roles (default: none).")
  private List<String> roles = List.of();

  @ArgGroup private final NewPassword newPassword = new NewPassword();

  /** The source of the new password, if there is one. */
  private static final class NewPassword {
    @Option(names = "--new-password", description = "Prompt for the user's new password.")
    private boolean ask;

    @Option(
        names = "--new-password-file",
        paramLabel = "FILE",
        description = "Read the user's new password from the first line of FILE.")
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
