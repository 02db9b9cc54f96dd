package io.metastore.core.machine;

import com.google.protobuf.ByteString;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.UserView;
import io.metastore.core.command.AddUser;
import io.metastore.core.command.AuthChange;
import io.metastore.core.command.ChangePassword;
import io.metastore.core.command.Command;
import io.metastore.core.command.EnableAuth;
import io.metastore.core.command.Permission;
import io.metastore.core.command.PutUser;
import io.metastore.core.command.RevokeRange;
import io.metastore.core.command.SetGrant;
import io.metastore.core.command.Txn;
import io.metastore.core.kv.KeyRange;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The simplest possible model of access control. */
final class ModelAuth {
  static final List<Permission.Right> RIGHTS =
      List.of(Permission.Right.READ, Permission.Right.WRITE, Permission.Right.ADMIN);
  private static final String ROOT = "root";

  final SortedMap<String, User> users = new TreeMap<>();

  /** The permissions of each role, by their keys. */
  final SortedMap<String, Map<Keys, List<Permission.Right>>> roles = new TreeMap<>();

  boolean enabled;
  long revision = 1;

  record User(
      String hash,
      boolean noPassword,
      TreeSet<String> roles,
      Map<Keys, List<Permission.Right>> permissions) {}

  record Keys(ByteString key, ByteString end, boolean directory) {
    boolean have(ByteString sought) {
      return KeyRange.of(key, end).contains(sought)
          || (directory && sought.concat(Commands.bytes("/")).equals(key));
    }
  }

  /** The auth revision that commands must carry; 0 while access control is off. */
  long neededRevision() {
    return enabled ? revision : 0;
  }

  boolean refuses(Command command) {
    boolean internal =
        command.hasWithdraw()
            || command.hasCheckpointLeases()
            || command.hasMemberNote()
            || command.hasChangeAlarm()
            || command.getCompact().getAutomatic()
            || (command.hasRevokeLease() && command.getRevokeLease().getGrantedIndex() != 0);
    return enabled && !internal && command.getAuthRevision() != revision;
  }

  /** Whether the author lacks the right to write a key of a lease that the command names. */
  boolean refusesLeases(Command command, Function<Long, Collection<ByteString>> leaseKeys) {
    return enabled
        && !command.getAuthor().isEmpty()
        && leases(command).stream()
            .flatMap(lease -> leaseKeys.apply(lease).stream())
            .anyMatch(key -> !permits(command.getAuthor(), Permission.Right.WRITE, key));
  }

  private static List<Long> leases(Command command) {
    return switch (command.getKindCase()) {
      case TXN -> leases(command.getTxn());
      case REVOKE_LEASE ->
          command.getRevokeLease().getGrantedIndex() == 0
              ? List.of(command.getRevokeLease().getId())
              : List.of();
      case ACQUIRE -> List.of(command.getAcquire().getLease());
      default -> List.of();
    };
  }

  private static List<Long> leases(Txn txn) {
    return Stream.concat(txn.getSuccessList().stream(), txn.getFailureList().stream())
        .flatMap(
            op -> op.hasTxn() ? leases(op.getTxn()).stream() : Stream.of(op.getPut().getLease()))
        .toList();
  }

  /** Applies a change; returns why it cannot be done, or null. */
  @Nullable FailureCode apply(AuthChange change) {
    return switch (change.getKindCase()) {
      case ENABLE -> enable(change.getEnable());
      case DISABLE -> {
        if (!enabled) {
          yield FailureCode.AUTH_NOT_ENABLED;
        }
        enabled = false;
        yield changed();
      }
      case PUT_USER -> put(change.getPutUser());
      case DELETE_USER -> {
        String name = change.getDeleteUser().getName();
        if (!users.containsKey(name)) {
          yield FailureCode.USER_NOT_FOUND;
        }
        if (enabled && name.equals(ROOT)) {
          yield FailureCode.ROOT_PROTECTED;
        }
        users.remove(name);
        yield changed();
      }
      case PUT_ROLE ->
          roles.putIfAbsent(change.getPutRole().getName(), new HashMap<>()) == null
              ? changed()
              : null;
      case DELETE_ROLE -> {
        String name = change.getDeleteRole().getName();
        if (enabled && name.equals(ROOT)) {
          yield FailureCode.ROOT_PROTECTED;
        }
        if (!roles.containsKey(name)) {
          yield FailureCode.ROLE_NOT_FOUND;
        }
        roles.remove(name);
        users.values().forEach(user -> user.roles().remove(name));
        yield changed();
      }
      case SET_GRANT -> grant(change.getSetGrant());
      case ADD_USER -> {
        AddUser add = change.getAddUser();
        String hash = add.getNoPassword() ? "" : add.getPasswordHash();
        yield users.putIfAbsent(
                    add.getName(),
                    new User(hash, add.getNoPassword(), new TreeSet<>(), new HashMap<>()))
                == null
            ? changed()
            : FailureCode.USER_EXISTS;
      }
      case CHANGE_PASSWORD -> changePassword(change.getChangePassword());
      case GRANT_ROLE -> {
        User user = users.get(change.getGrantRole().getUser());
        String role = change.getGrantRole().getRole();
        if (user == null) {
          yield FailureCode.USER_NOT_FOUND;
        }
        if (!role.equals(ROOT) && !roles.containsKey(role)) {
          yield FailureCode.ROLE_NOT_FOUND;
        }
        yield user.roles().add(role) ? changed() : null;
      }
      case REVOKE_ROLE -> {
        User user = users.get(change.getRevokeRole().getUser());
        String role = change.getRevokeRole().getRole();
        if (enabled && role.equals(ROOT) && change.getRevokeRole().getUser().equals(ROOT)) {
          yield FailureCode.ROOT_PROTECTED;
        }
        if (user == null) {
          yield FailureCode.USER_NOT_FOUND;
        }
        yield user.roles().remove(role) ? changed() : FailureCode.ROLE_NOT_GRANTED;
      }
      case ADD_ROLE ->
          roles.putIfAbsent(change.getAddRole().getName(), new HashMap<>()) == null
              ? changed()
              : FailureCode.ROLE_EXISTS;
      case GRANT_RANGE -> {
        Map<Keys, List<Permission.Right>> permissions = roles.get(change.getGrantRange().getRole());
        if (permissions == null) {
          yield FailureCode.ROLE_NOT_FOUND;
        }
        Permission granted = change.getGrantRange().getPermission();
        Keys directory = new Keys(granted.getKey(), granted.getRangeEnd(), true);
        Keys plain = new Keys(granted.getKey(), granted.getRangeEnd(), false);
        // A directory permission without rights cannot be revoked.
        boolean isDirectory = permissions.remove(directory) != null;
        permissions.remove(plain);
        permissions.put(isDirectory ? directory : plain, granted.getRightsList());
        permissions.values().removeIf(List::isEmpty);
        yield changed();
      }
      case REVOKE_RANGE -> {
        RevokeRange revoke = change.getRevokeRange();
        Map<Keys, List<Permission.Right>> permissions = roles.get(revoke.getRole());
        if (permissions == null) {
          yield FailureCode.ROLE_NOT_FOUND;
        }
        boolean any =
            permissions
                .keySet()
                .removeIf(
                    keys ->
                        keys.key().equals(revoke.getKey())
                            && keys.end().equals(revoke.getRangeEnd()));
        yield any ? changed() : FailureCode.PERMISSION_NOT_GRANTED;
      }
      case KIND_NOT_SET -> throw new IllegalArgumentException();
    };
  }

  private @Nullable FailureCode enable(EnableAuth enable) {
    if (enabled) {
      return FailureCode.AUTH_ALREADY_ENABLED;
    }
    User root = users.get(ROOT);
    if (root == null) {
      return FailureCode.ROOT_USER_MISSING;
    }
    if (!root.roles().contains(ROOT)) {
      return FailureCode.ROOT_ROLE_MISSING;
    }
    enabled = true;
    return enable.getKeepRevision() ? null : changed();
  }

  private @Nullable FailureCode put(PutUser put) {
    for (String role : put.getRolesList()) {
      if (!role.equals(ROOT) && !roles.containsKey(role)) {
        return FailureCode.ROLE_NOT_FOUND;
      }
    }
    if (enabled && put.getName().equals(ROOT) && !put.getRolesList().contains(ROOT)) {
      return FailureCode.ROOT_PROTECTED;
    }
    User before = users.get(put.getName());
    users.put(
        put.getName(),
        new User(
            before == null || put.hasPasswordHash() ? put.getPasswordHash() : before.hash(),
            before != null && !put.hasPasswordHash() && before.noPassword(),
            new TreeSet<>(put.getRolesList()),
            before == null ? new HashMap<>() : before.permissions()));
    return changed();
  }

  private @Nullable FailureCode changePassword(ChangePassword change) {
    User user = users.get(change.getUser());
    if (user == null) {
      return FailureCode.USER_NOT_FOUND;
    }
    String hash = user.noPassword() ? "" : change.getPasswordHash();
    users.put(
        change.getUser(), new User(hash, user.noPassword(), user.roles(), user.permissions()));
    return changed();
  }

  private @Nullable FailureCode grant(SetGrant set) {
    Map<Keys, List<Permission.Right>> permissions;
    if (set.hasUser()) {
      User user = users.get(set.getUser());
      if (user == null) {
        return FailureCode.USER_NOT_FOUND;
      }
      permissions = user.permissions();
    } else {
      permissions = roles.get(set.getRole());
      if (permissions == null) {
        return FailureCode.ROLE_NOT_FOUND;
      }
    }
    Permission permission = set.getPermission();
    permissions.put(
        new Keys(permission.getKey(), permission.getRangeEnd(), permission.getDirectory()),
        permission.getRightsList());
    permissions.values().removeIf(List::isEmpty);
    return changed();
  }

  private @Nullable FailureCode changed() {
    revision++;
    return null;
  }

  boolean permits(String name, Permission.Right right, ByteString key) {
    User user = users.get(name);
    if (user == null) {
      return false;
    }
    return user.roles().contains(ROOT)
        || permits(user.permissions(), right, key)
        || user.roles().stream().anyMatch(role -> permits(permissionsOf(role), right, key));
  }

  private Map<Keys, List<Permission.Right>> permissionsOf(String role) {
    return roles.getOrDefault(role, Map.of());
  }

  private static boolean permits(
      Map<Keys, List<Permission.Right>> permissions, Permission.Right right, ByteString key) {
    return permissions.entrySet().stream()
        .anyMatch(entry -> entry.getValue().contains(right) && entry.getKey().have(key));
  }

  @Nullable String findPasswordHash(String name) {
    User user = users.get(name);
    return user == null || user.hash().isEmpty() ? null : user.hash();
  }

  List<UserView> views() {
    return users.entrySet().stream()
        .map(
            entry ->
                new UserView(
                    entry.getKey(),
                    List.copyOf(entry.getValue().roles()),
                    entry.getValue().noPassword()))
        .toList();
  }
}
