package io.metastore.cli.acl;

import picocli.CommandLine.Command;

@Command(
    name = "acl",
    description = "Manages access control: users, roles and their rights on directories.",
    subcommands = {
      AclEnableCommand.class,
      AclDisableCommand.class,
      GrantCommand.class,
      RevokeCommand.class,
      GrantsCommand.class,
      AclCommand.UserCommand.class,
      AclCommand.RoleCommand.class,
    })
public final class AclCommand {
  @Command(
      name = "user",
      description = "Manages users.",
      subcommands = {UsersCommand.class, UserSetCommand.class, UserRemoveCommand.class})
  static final class UserCommand {}

  @Command(
      name = "role",
      description = "Manages roles. Users with the same role share its rights.",
      subcommands = {RolesCommand.class, RoleAddCommand.class, RoleRemoveCommand.class})
  static final class RoleCommand {}
}
