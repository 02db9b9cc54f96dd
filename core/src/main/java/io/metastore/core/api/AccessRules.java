package io.metastore.core.api;

import com.google.protobuf.ByteString;
import io.metastore.core.command.Permission;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The access rules (users, roles and permissions) as of one log entry. Immutable and thread-safe;
 * never blocks.
 *
 * <p>The rules may change between the check in an adapter and the moment the command is applied. So
 * a command carries the {@link #revision} that was checked, and apply refuses the command if it
 * differs.
 */
public interface AccessRules {
  /** Name of the role that permits everything, and of the user that must have this role. */
  String ROOT = "root";

  /** Whether access control is on. While it is off, everything is permitted. */
  boolean enabled();

  /**
   * The auth revision; at least 1. It grows with every change of users, roles or grants, and when
   * access control is switched off. Switching it on through etcd's API does not change it.
   */
  long revision();

  /**
   * Whether a user has a right on every key of a range.
   *
   * @param rangeEnd as in {@link io.metastore.core.command.Range}
   */
  boolean permits(String user, Permission.Right right, ByteString key, ByteString rangeEnd);

  /**
   * The user to whom a token was given. Null if the token is not one of ours, has expired, or the
   * user's password has changed since.
   *
   * @param nowMs milliseconds since 1970
   */
  @Nullable String findTokenOwner(String token, long nowMs);

  /**
   * Makes a token for an existing user; every member accepts it. Access control must be on.
   *
   * @param expiresMs milliseconds since 1970
   */
  String newToken(String user, long expiresMs);

  /**
   * Whether a login is still valid: since then the user was not deleted, its password was not
   * changed, and access control was not switched off.
   *
   * @param loginRevision the auth revision at the login
   */
  boolean isLoginValid(String user, long loginRevision);

  /** The bcrypt hash of a user's password; null if the user does not exist or has no password. */
  @Nullable String findPasswordHash(String user);

  /** The user with this name; null if there is none. */
  @Nullable UserView findUser(String name);

  /** All users, ordered by name. */
  List<UserView> users();

  /** The names of all stored roles, ordered. */
  List<String> roles();

  /**
   * The permissions stored for a role, ordered by key and range end; null if there is no such role.
   * The role {@link #ROOT} permits everything, whatever is stored for it.
   */
  @Nullable List<Permission> findPermissions(String role);

  /** All grants on directories, ordered by directory. */
  List<GrantView> grants();
}
