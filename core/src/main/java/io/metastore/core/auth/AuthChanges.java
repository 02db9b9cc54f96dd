package io.metastore.core.auth;

import static io.metastore.core.api.AccessRules.ROOT;

import com.google.protobuf.ByteString;
import io.metastore.core.api.Failure;
import io.metastore.core.api.FailureCode;
import io.metastore.core.command.AuthChange;
import io.metastore.core.command.EnableAuth;
import io.metastore.core.command.Permission;
import io.metastore.core.command.PutUser;
import io.metastore.core.command.SetGrant;
import io.metastore.core.storage.WriteSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Applies changes of users, roles, grants and the switch: all of one, or nothing and the reason.
 * Called by the apply thread.
 */
public final class AuthChanges {
  /** The order in which a record holds its permissions, one for each set of keys. */
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
   * Applies one.
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
      case KIND_NOT_SET ->
          throw new IllegalStateException("a change of access that this version does not know");
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
    return changed(settings.toBuilder().setEnabled(true).setTokenSecret(enable.getTokenSecret()));
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
      user.setPasswordHash(put.getPasswordHash()).setPasswordRevision(nextRevision());
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
    if (AuthTable.findRole(writes, name) == null) {
      return roleNotFound(name);
    }
    if (isProtected(name)) {
      return rootProtected();
    }
    for (AuthUser user : AuthTable.users(writes)) {
      if (user.getRolesList().contains(name)) {
        List<String> left = new ArrayList<>(user.getRolesList());
        left.remove(name);
        AuthTable.put(writes, user.toBuilder().clearRoles().addAllRoles(left).build());
      }
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
        List<Permission> permissions = with(role.getPermissionsList(), set.getPermission());
        AuthTable.put(
            writes, role.toBuilder().clearPermissions().addAllPermissions(permissions).build());
      }
      case PRINCIPAL_NOT_SET -> throw new IllegalStateException("a grant to nobody");
    }
    return changed();
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

  /** Source: etcd, where nobody could administer the store any more without it. */
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
