package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import io.metastore.core.api.AccessRules;
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
import io.metastore.core.command.Permission.Right;
import io.metastore.core.command.RevokeRange;
import io.metastore.core.command.RevokeRole;
import io.metastore.etcdapi.authpb.Permission;
import io.metastore.etcdapi.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.metastore.etcdapi.etcdserverpb.AuthRoleRevokePermissionRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserAddRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserChangePasswordRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserGrantRoleRequest;
import io.metastore.etcdapi.etcdserverpb.AuthUserRevokeRoleRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Translates the calls about users, roles and permissions. */
final class AuthTranslator {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  /** The permission that etcd reports for the role root, whatever was granted to it. */
  private static final Permission EVERYTHING =
      Permission.newBuilder().setPermType(Permission.Type.READWRITE).setRangeEnd(ZERO).build();

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
                    .setPermission(
                        io.metastore.core.command.Permission.newBuilder()
                            .setKey(granted.getKey())
                            .setRangeEnd(granted.getRangeEnd())
                            .addAllRights(toRights(granted.getPermType())))));
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

  private static List<Right> toRights(Permission.Type type) {
    return switch (type) {
      case READ -> List.of(Right.READ);
      case WRITE -> List.of(Right.WRITE);
      case READWRITE -> List.of(Right.READ, Right.WRITE);
      case UNRECOGNIZED -> throw new IllegalArgumentException("unchecked request");
    };
  }

  /**
   * A role's permissions as etcd reports them: in key order, one for each range. The right to
   * administer a directory does not exist in etcd's API. A directory's own key is a separate range.
   */
  static List<Permission> toPermissions(
      String role, List<io.metastore.core.command.Permission> held) {
    if (role.equals(AccessRules.ROOT)) {
      return List.of(EVERYTHING);
    }
    Map<Range, Set<Right>> ranges = new TreeMap<>();
    for (io.metastore.core.command.Permission permission : held) {
      ByteString key = permission.getKey();
      add(ranges, new Range(key, permission.getRangeEnd()), permission.getRightsList());
      if (permission.getDirectory() && key.size() > 1) {
        ByteString own = key.substring(0, key.size() - 1);
        add(ranges, new Range(own, ByteString.EMPTY), permission.getRightsList());
      }
    }
    List<Permission> permissions = new ArrayList<>();
    ranges.forEach(
        (range, rights) ->
            permissions.add(
                Permission.newBuilder()
                    .setPermType(toType(rights))
                    .setKey(range.key())
                    .setRangeEnd(range.end())
                    .build()));
    return permissions;
  }

  private record Range(ByteString key, ByteString end) implements Comparable<Range> {
    @Override
    public int compareTo(Range other) {
      int byKey = BY_BYTES.compare(key, other.key);
      return byKey == 0 ? BY_BYTES.compare(end, other.end) : byKey;
    }
  }

  private static void add(Map<Range, Set<Right>> ranges, Range range, List<Right> rights) {
    EnumSet<Right> told = EnumSet.noneOf(Right.class);
    told.addAll(rights);
    told.retainAll(Set.of(Right.READ, Right.WRITE));
    if (!told.isEmpty()) {
      ranges.computeIfAbsent(range, first -> EnumSet.noneOf(Right.class)).addAll(told);
    }
  }

  private static Permission.Type toType(Set<Right> rights) {
    if (rights.size() > 1) {
      return Permission.Type.READWRITE;
    }
    return rights.contains(Right.READ) ? Permission.Type.READ : Permission.Type.WRITE;
  }

  private static Command command(AuthChange.Builder change) {
    return Command.newBuilder().setAuthChange(change).build();
  }
}
