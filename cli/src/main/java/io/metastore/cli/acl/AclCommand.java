package io.metastore.cli.acl;

import picocli.CommandLine.Command;

@Command(
    name = "acl",
    description = "Access control: who may do what in which directory.",
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
      description = "Users.",
      subcommands = {UsersCommand.class, UserSetCommand.class, UserRemoveCommand.class})
  static final class UserCommand {}

  @Command(
      name = "role",
      description = "Roles: names under which several users have the same rights.",
      subcommands = {RolesCommand.class, RoleAddCommand.class, RoleRemoveCommand.class})
  static final class RoleCommand {}
}
