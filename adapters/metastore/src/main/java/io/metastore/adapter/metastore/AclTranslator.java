package io.metastore.adapter.metastore;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.DeleteRoleRequest;
import io.metastore.api.v1.DeleteUserRequest;
import io.metastore.api.v1.Grant;
import io.metastore.api.v1.ListGrantsResponse;
import io.metastore.api.v1.ListRolesResponse;
import io.metastore.api.v1.ListUsersResponse;
import io.metastore.api.v1.Principal;
import io.metastore.api.v1.PutRoleRequest;
import io.metastore.api.v1.PutUserRequest;
import io.metastore.api.v1.Right;
import io.metastore.api.v1.SetGrantRequest;
import io.metastore.api.v1.User;
import io.metastore.core.api.Credentials;
import io.metastore.core.api.GrantView;
import io.metastore.core.api.ReadView;
import io.metastore.core.command.AuthChange;
import io.metastore.core.command.Command;
import io.metastore.core.command.DeleteRole;
import io.metastore.core.command.DeleteUser;
import io.metastore.core.command.DisableAuth;
import io.metastore.core.command.EnableAuth;
import io.metastore.core.command.Permission;
import io.metastore.core.command.PutRole;
import io.metastore.core.command.PutUser;
import io.metastore.core.command.SetGrant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Translates the calls about users, roles and grants. */
final class AclTranslator {
  private AclTranslator() {}

  static Command toEnable(ByteString tokenSecret) {
    return command(
        AuthChange.newBuilder().setEnable(EnableAuth.newBuilder().setTokenSecret(tokenSecret)));
  }

  static Command toDisable() {
    return command(AuthChange.newBuilder().setDisable(DisableAuth.getDefaultInstance()));
  }

  static Command toCommand(SetGrantRequest request) {
    Grant grant = request.getGrant();
    ByteString prefix = Paths.toPrefix("grant.directory", grant.getDirectory());
    KeyBounds below = KeyBounds.below(prefix);
    SetGrant.Builder set =
        SetGrant.newBuilder()
            .setPermission(
                Permission.newBuilder()
                    .setKey(below.key())
                    .setRangeEnd(below.end())
                    .setDirectory(true)
                    .addAllRights(toRights(grant.getRightsList())));
    Principal principal = grant.getPrincipal();
    switch (principal.getKindCase()) {
      case USER -> set.setUser(principal.getUser());
      case ROLE -> set.setRole(principal.getRole());
      case KIND_NOT_SET -> throw Refusal.badRequest("grant.principal", "is missing");
    }
    return command(AuthChange.newBuilder().setSetGrant(set));
  }

  private static Set<Permission.Right> toRights(List<Right> rights) {
    Set<Permission.Right> each = new TreeSet<>();
    for (int i = 0; i < rights.size(); i++) {
      each.add(
          switch (rights.get(i)) {
            case READ -> Permission.Right.READ;
            case WRITE -> Permission.Right.WRITE;
            case ADMIN -> Permission.Right.ADMIN;
            case RIGHT_UNSPECIFIED, UNRECOGNIZED ->
                throw Refusal.badRequest("grant.rights[" + i + "]", "is unknown");
          });
    }
    return each;
  }

  /**
   * Checks a request before its password is hashed.
   *
   * @throws Refusal if the request is malformed
   */
  static void check(PutUserRequest request) {
    Limits.checkName("name", request.getName());
    if (request.hasPassword()) {
      int bytes = ByteString.copyFromUtf8(request.getPassword()).size();
      if (bytes == 0 || bytes > Credentials.PASSWORD_BYTES_MAX) {
        throw Refusal.badRequest(
            "password", "must have 1 to " + Credentials.PASSWORD_BYTES_MAX + " bytes");
      }
    }
  }

  /**
   * @param passwordHash null to keep the current one
   */
  static Command toCommand(PutUserRequest request, @Nullable String passwordHash) {
    PutUser.Builder user =
        PutUser.newBuilder().setName(request.getName()).addAllRoles(request.getRolesList());
    if (passwordHash != null) {
      user.setPasswordHash(passwordHash);
    }
    return command(AuthChange.newBuilder().setPutUser(user));
  }

  static Command toCommand(DeleteUserRequest request) {
    return command(
        AuthChange.newBuilder().setDeleteUser(DeleteUser.newBuilder().setName(request.getName())));
  }

  static Command toCommand(PutRoleRequest request) {
    Limits.checkName("name", request.getName());
    return command(
        AuthChange.newBuilder().setPutRole(PutRole.newBuilder().setName(request.getName())));
  }

  static Command toCommand(DeleteRoleRequest request) {
    return command(
        AuthChange.newBuilder().setDeleteRole(DeleteRole.newBuilder().setName(request.getName())));
  }

  private static Command command(AuthChange.Builder change) {
    return Command.newBuilder().setAuthChange(change).build();
  }

  /**
   * @param prefix the common prefix of the keys below the directory, with the trailing slash
   */
  static ListGrantsResponse toGrants(ReadView view, ByteString prefix) {
    ListGrantsResponse.Builder reply = ListGrantsResponse.newBuilder().setRevision(view.revision());
    for (GrantView grant : view.access().grants()) {
      if (prefix.startsWith(grant.prefix())) {
        reply.addGrants(toWire(grant));
      }
    }
    return reply.build();
  }

  private static Grant toWire(GrantView grant) {
    Principal.Builder principal = Principal.newBuilder();
    switch (grant.holder()) {
      case USER -> principal.setUser(grant.name());
      case ROLE -> principal.setRole(grant.name());
    }
    Grant.Builder wire =
        Grant.newBuilder()
            .setDirectoryBytes(Paths.toDirectory(grant.prefix()))
            .setPrincipal(principal);
    for (Permission.Right right : grant.rights()) {
      wire.addRights(
          switch (right) {
            case READ -> Right.READ;
            case WRITE -> Right.WRITE;
            case ADMIN -> Right.ADMIN;
            case UNRECOGNIZED -> throw new IllegalStateException("rights of " + grant);
          });
    }
    return wire.build();
  }

  static ListUsersResponse toUsers(ReadView view) {
    ListUsersResponse.Builder reply = ListUsersResponse.newBuilder().setRevision(view.revision());
    view.access()
        .users()
        .forEach(
            user ->
                reply.addUsers(User.newBuilder().setName(user.name()).addAllRoles(user.roles())));
    return reply.build();
  }

  static ListRolesResponse toRoles(ReadView view) {
    return ListRolesResponse.newBuilder()
        .setRevision(view.revision())
        .addAllRoles(view.access().roles())
        .build();
  }
}
