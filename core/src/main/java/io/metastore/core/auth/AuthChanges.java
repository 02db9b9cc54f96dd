package io.metastore.core.auth;

import static io.metastore.core.api.AccessRules.ROOT;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.command.AddUser;
import io.metastore.core.command.AuthChange;
import io.metastore.core.command.ChangePassword;
import io.metastore.core.command.EnableAuth;
import io.metastore.core.command.GrantRange;
import io.metastore.core.command.GrantRole;
import io.metastore.core.command.Permission;
import io.metastore.core.command.PutUser;
import io.metastore.core.command.RevokeRange;
import io.metastore.core.command.RevokeRole;
import io.metastore.core.command.SetGrant;
import io.metastore.core.storage.WriteSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Applies a change of users, roles, grants, or the access control switch: completely, or not at
 * all. Called by the apply thread.
 */
public final class AuthChanges {
  /**
   * The order in which a role or user stores its permissions; one permission for each range of
   * keys.
   */
  private static final Comparator<Permission> BY_KEYS =
      Comparator.comparing(Permission::getKey, ByteString.unsignedLexicographicalComparator())
          .thenComparing(Permission::getRangeEnd, ByteString.unsignedLexicographicalComparator())
          .thenComparing(Permission::getDirectory);

  private final WriteSet writes;
  private final AuthSettings settings;

  private AuthChanges(WriteSet writes) {
    this.writes = writes;
    this.settings = AuthTable.settings(writes);
  }

  /**
   * Applies one change.
   *
   * @return why it cannot be done, or null
   */
  public static @Nullable Failure apply(AuthChange change, WriteSet writes) {
    AuthChanges changes = new AuthChanges(writes);
    return switch (change.getKindCase()) {
      case ENABLE -> changes.enable(change.getEnable());
      case DISABLE -> changes.disable();
      case PUT_USER -> changes.putUser(change.getPutUser());
      case DELETE_USER -> changes.deleteUser(change.getDeleteUser().getName());
      case PUT_ROLE -> changes.putRole(change.getPutRole().getName());
      case DELETE_ROLE -> changes.deleteRole(change.getDeleteRole().getName());
      case SET_GRANT -> changes.setGrant(change.getSetGrant());
      case ADD_USER -> changes.addUser(change.getAddUser());
      case CHANGE_PASSWORD -> changes.changePassword(change.getChangePassword());
      case GRANT_ROLE -> changes.grantRole(change.getGrantRole());
      case REVOKE_ROLE -> changes.revokeRole(change.getRevokeRole());
      case ADD_ROLE -> changes.addRole(change.getAddRole().getName());
      case GRANT_RANGE -> changes.grantRange(change.getGrantRange());
      case REVOKE_RANGE -> changes.revokeRange(change.getRevokeRange());
      case KIND_NOT_SET ->
          throw new IllegalStateException("auth change of a kind that this version does not know");
    };
  }

  private @Nullable Failure enable(EnableAuth enable) {
    if (settings.getEnabled()) {
      return Failure.of(FailureCode.AUTH_ALREADY_ENABLED);
    }
    AuthUser root = AuthTable.findUser(writes, ROOT);
    if (root == null) {
      return Failure.of(FailureCode.ROOT_USER_MISSING);
    }
    if (!root.getRolesList().contains(ROOT)) {
      return Failure.of(FailureCode.ROOT_ROLE_MISSING);
    }
    long revision = enable.getKeepRevision() ? settings.getRevision() : nextRevision();
    AuthTable.put(
        writes,
        settings.toBuilder()
            .setEnabled(true)
            .setTokenSecret(enable.getTokenSecret())
            .setRevision(revision)
            .setEnabledRevision(revision)
            .build());
    return null;
  }

  private @Nullable Failure disable() {
    return settings.getEnabled()
        ? changed(settings.toBuilder().clearEnabled().clearTokenSecret())
        : Failure.of(FailureCode.AUTH_NOT_ENABLED);
  }

  private @Nullable Failure putUser(PutUser put) {
    for (String role : put.getRolesList()) {
      if (!role.equals(ROOT) && AuthTable.findRole(writes, role) == null) {
        return roleNotFound(role);
      }
    }
    if (isProtected(put.getName()) && !put.getRolesList().contains(ROOT)) {
      return rootProtected();
    }
    AuthUser before = AuthTable.findUser(writes, put.getName());
    AuthUser.Builder user =
        before == null ? AuthUser.newBuilder().setName(put.getName()) : before.toBuilder();
    if (before == null || put.hasPasswordHash()) {
      user.setPasswordHash(put.getPasswordHash())
          .setPasswordRevision(nextRevision())
          .clearNoPassword();
    }
    AuthTable.put(writes, user.clearRoles().addAllRoles(new TreeSet<>(put.getRolesList())).build());
    return changed();
  }

  private @Nullable Failure deleteUser(String name) {
    if (AuthTable.findUser(writes, name) == null) {
      return userNotFound(name);
    }
    if (isProtected(name)) {
      return rootProtected();
    }
    AuthTable.deleteUser(writes, name);
    return changed();
  }

  private @Nullable Failure putRole(String name) {
    if (AuthTable.findRole(writes, name) != null) {
      return null;
    }
    AuthTable.put(writes, AuthRole.newBuilder().setName(name).build());
    return changed();
  }

  private @Nullable Failure deleteRole(String name) {
    if (isProtected(name)) {
      return rootProtected();
    }
    if (AuthTable.findRole(writes, name) == null) {
      return roleNotFound(name);
    }
    for (AuthUser user : AuthTable.users(writes)) {
      takeRole(user, name);
    }
    AuthTable.deleteRole(writes, name);
    return changed();
  }

  private @Nullable Failure setGrant(SetGrant set) {
    switch (set.getPrincipalCase()) {
      case USER -> {
        AuthUser user = AuthTable.findUser(writes, set.getUser());
        if (user == null) {
          return userNotFound(set.getUser());
        }
        List<Permission> permissions = with(user.getPermissionsList(), set.getPermission());
        AuthTable.put(
            writes, user.toBuilder().clearPermissions().addAllPermissions(permissions).build());
      }
      case ROLE -> {
        AuthRole role = AuthTable.findRole(writes, set.getRole());
        if (role == null) {
          return roleNotFound(set.getRole());
        }
        put(role, with(role.getPermissionsList(), set.getPermission()));
      }
      case PRINCIPAL_NOT_SET -> throw new IllegalStateException("grant without a user or role");
    }
    return changed();
  }

  private @Nullable Failure addUser(AddUser add) {
    if (AuthTable.findUser(writes, add.getName()) != null) {
      return Failure.of(FailureCode.USER_EXISTS, "user", add.getName());
    }
    AuthTable.put(
        writes,
        AuthUser.newBuilder()
            .setName(add.getName())
            .setPasswordHash(add.getNoPassword() ? "" : add.getPasswordHash())
            .setNoPassword(add.getNoPassword())
            .setPasswordRevision(nextRevision())
            .build());
    return changed();
  }

  private @Nullable Failure changePassword(ChangePassword change) {
    AuthUser user = AuthTable.findUser(writes, change.getUser());
    if (user == null) {
      return userNotFound(change.getUser());
    }
    AuthTable.put(
        writes,
        user.toBuilder()
            .setPasswordHash(user.getNoPassword() ? "" : change.getPasswordHash())
            .setPasswordRevision(nextRevision())
            .build());
    return changed();
  }

  private @Nullable Failure grantRole(GrantRole grant) {
    AuthUser user = AuthTable.findUser(writes, grant.getUser());
    if (user == null) {
      return userNotFound(grant.getUser());
    }
    String role = grant.getRole();
    if (!role.equals(ROOT) && AuthTable.findRole(writes, role) == null) {
      return roleNotFound(role);
    }
    if (user.getRolesList().contains(role)) {
      return null;
    }
    TreeSet<String> roles = new TreeSet<>(user.getRolesList());
    roles.add(role);
    AuthTable.put(writes, user.toBuilder().clearRoles().addAllRoles(roles).build());
    return changed();
  }

  private @Nullable Failure revokeRole(RevokeRole revoke) {
    if (isProtected(revoke.getUser()) && revoke.getRole().equals(ROOT)) {
      return rootProtected();
    }
    AuthUser user = AuthTable.findUser(writes, revoke.getUser());
    if (user == null) {
      return userNotFound(revoke.getUser());
    }
    return takeRole(user, revoke.getRole())
        ? changed()
        : Failure.of(FailureCode.ROLE_NOT_GRANTED, "user", user.getName());
  }

  /** Removes a role from a user; false if the user did not have it. */
  private boolean takeRole(AuthUser user, String role) {
    List<String> left = new ArrayList<>(user.getRolesList());
    boolean had = left.remove(role);
    if (had) {
      AuthTable.put(writes, user.toBuilder().clearRoles().addAllRoles(left).build());
    }
    return had;
  }

  private @Nullable Failure addRole(String name) {
    return AuthTable.findRole(writes, name) == null
        ? putRole(name)
        : Failure.of(FailureCode.ROLE_EXISTS, "role", name);
  }

  private @Nullable Failure grantRange(GrantRange grant) {
    AuthRole role = AuthTable.findRole(writes, grant.getRole());
    if (role == null) {
      return roleNotFound(grant.getRole());
    }
    Permission granted = grant.getPermission();
    List<Permission> same = onRange(role, granted.getKey(), granted.getRangeEnd());
    boolean directory = same.stream().anyMatch(Permission::getDirectory);
    List<Permission> permissions = new ArrayList<>(role.getPermissionsList());
    permissions.removeAll(same);
    put(role, with(permissions, granted.toBuilder().setDirectory(directory).build()));
    return changed();
  }

  private @Nullable Failure revokeRange(RevokeRange revoke) {
    AuthRole role = AuthTable.findRole(writes, revoke.getRole());
    if (role == null) {
      return roleNotFound(revoke.getRole());
    }
    List<Permission> permissions = new ArrayList<>(role.getPermissionsList());
    if (!permissions.removeAll(onRange(role, revoke.getKey(), revoke.getRangeEnd()))) {
      return Failure.of(FailureCode.PERMISSION_NOT_GRANTED, "role", role.getName());
    }
    put(role, permissions);
    return changed();
  }

  private static List<Permission> onRange(AuthRole role, ByteString key, ByteString rangeEnd) {
    return role.getPermissionsList().stream()
        .filter(held -> held.getKey().equals(key) && held.getRangeEnd().equals(rangeEnd))
        .toList();
  }

  private void put(AuthRole role, List<Permission> permissions) {
    AuthTable.put(
        writes, role.toBuilder().clearPermissions().addAllPermissions(permissions).build());
  }

  private static List<Permission> with(List<Permission> before, Permission set) {
    List<Permission> after = new ArrayList<>(before);
    after.removeIf(permission -> BY_KEYS.compare(permission, set) == 0);
    if (set.getRightsCount() > 0) {
      after.add(set);
    }
    after.sort(BY_KEYS);
    return after;
  }

  /**
   * Source: etcd, which protects the user and role {@code root} so that somebody can always
   * administer the store.
   */
  private boolean isProtected(String userOrRole) {
    return settings.getEnabled() && userOrRole.equals(ROOT);
  }

  private @Nullable Failure changed() {
    return changed(settings.toBuilder());
  }

  private @Nullable Failure changed(AuthSettings.Builder next) {
    AuthTable.put(writes, next.setRevision(nextRevision()).build());
    return null;
  }

  private long nextRevision() {
    return settings.getRevision() + 1;
  }

  private static Failure rootProtected() {
    return Failure.of(FailureCode.ROOT_PROTECTED);
  }

  private static Failure userNotFound(String name) {
    return Failure.of(FailureCode.USER_NOT_FOUND, "user", name);
  }

  private static Failure roleNotFound(String name) {
    return Failure.of(FailureCode.ROLE_NOT_FOUND, "role", name);
  }
}
