package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import io.metastore.adapter.etcd.db.Permissions;
import io.metastore.core.command.AddRole;
import io.metastore.core.command.AddUser;
import io.metastore.core.command.AuthChange;
import io.metastore.core.command.ChangePassword;
import io.metastore.core.command.Command;
import io.metastore.core.command.DeleteRole;
import io.metastore.core.command.DeleteUser;
import io.metastore.core.command.DisableAuth;
import io.metastore.core.command.EnableAuth;
import io.metastore.core.command.GrantRange;
import io.metastore.core.command.GrantRole;
import io.metastore.core.command.RevokeRange;
import io.metastore.core.command.RevokeRole;
import io.metastore.etcdapi.authpb.Permission;
import io.metastore.etcdapi.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleRevokePermissionRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserChangePasswordRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserGrantRoleRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserRevokeRoleRequest;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Translates the calls about users, roles and permissions. */
final class AuthTranslator {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  private static final Comparator<ByteString> BY_BYTES =
      ByteString.unsignedLexicographicalComparator();

  private AuthTranslator() {}

  static Command toEnable(ByteString tokenSecret) {
    return command(
        AuthChange.newBuilder()
            .setEnable(EnableAuth.newBuilder().setTokenSecret(tokenSecret).setKeepRevision(true)));
  }

  static Command toDisable() {
    return command(AuthChange.newBuilder().setDisable(DisableAuth.getDefaultInstance()));
  }

  /**
   * @param passwordHash empty for no password
   */
  static Command toCommand(AuthUserAddRequest request, String passwordHash) {
    return command(
        AuthChange.newBuilder()
            .setAddUser(
                AddUser.newBuilder()
                    .setName(request.getName())
                    .setPasswordHash(passwordHash)
                    .setNoPassword(request.getOptions().getNoPassword())));
  }

  /**
   * @param passwordHash empty for no password
   */
  static Command toCommand(AuthUserChangePasswordRequest request, String passwordHash) {
    return command(
        AuthChange.newBuilder()
            .setChangePassword(
                ChangePassword.newBuilder()
                    .setUser(request.getName())
                    .setPasswordHash(passwordHash)));
  }

  static Command toDeleteUser(String name) {
    return command(AuthChange.newBuilder().setDeleteUser(DeleteUser.newBuilder().setName(name)));
  }

  static Command toCommand(AuthUserGrantRoleRequest request) {
    return command(
        AuthChange.newBuilder()
            .setGrantRole(
                GrantRole.newBuilder().setUser(request.getUser()).setRole(request.getRole())));
  }

  static Command toCommand(AuthUserRevokeRoleRequest request) {
    return command(
        AuthChange.newBuilder()
            .setRevokeRole(
                RevokeRole.newBuilder().setUser(request.getName()).setRole(request.getRole())));
  }

  static Command toAddRole(String name) {
    return command(AuthChange.newBuilder().setAddRole(AddRole.newBuilder().setName(name)));
  }

  static Command toDeleteRole(String name) {
    return command(AuthChange.newBuilder().setDeleteRole(DeleteRole.newBuilder().setName(name)));
  }

  /** The error if the request is invalid, or null. */
  static @Nullable EtcdError findRefusal(AuthRoleGrantPermissionRequest request) {
    if (!request.hasPerm()) {
      return EtcdError.PERMISSION_NOT_GIVEN;
    }
    ByteString key = request.getPerm().getKey();
    ByteString end = request.getPerm().getRangeEnd();
    boolean range =
        !key.isEmpty() && (end.isEmpty() || end.equals(ZERO) || BY_BYTES.compare(key, end) < 0);
    return range && request.getPerm().getPermType() != Permission.Type.UNRECOGNIZED
        ? null
        : EtcdError.INVALID_AUTH_MGMT;
  }

  /** Requires that {@link #findRefusal} returned null for the request. */
  static Command toCommand(AuthRoleGrantPermissionRequest request) {
    Permission granted = request.getPerm();
    return command(
        AuthChange.newBuilder()
            .setGrantRange(
                GrantRange.newBuilder()
                    .setRole(request.getName())
                    .setPermission(Permissions.toStore(granted))));
  }

  static Command toCommand(AuthRoleRevokePermissionRequest request) {
    return command(
        AuthChange.newBuilder()
            .setRevokeRange(
                RevokeRange.newBuilder()
                    .setRole(request.getRole())
                    .setKey(request.getKey())
                    .setRangeEnd(request.getRangeEnd())));
  }

  private static Command command(AuthChange.Builder change) {
    return Command.newBuilder().setAuthChange(change).build();
  }
}
