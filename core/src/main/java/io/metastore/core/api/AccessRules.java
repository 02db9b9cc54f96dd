package io.metastore.core.api;

import com.google.protobuf.ByteString;
import io.metastore.core.command.Permission;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what, as one log entry left it. Immutable and thread-safe; never blocks.
 *
 * <p>A decision taken on rules that have been replaced since is noticed in apply, by the revision
 * that a command carries.
 */
public interface AccessRules {
  /** The role that permits everything, and the user that must have it. */
  String ROOT = "root";

  /** Whether rights are asked for at all. */
  boolean enabled();

  /**
   * Raised by everything that changes users, roles or grants, and by switching off; at least 1.
   * Switching on through etcd's API does not raise it.
   */
  long revision();

  /**
   * Whether a user may do something with every key of a range.
   *
   * @param rangeEnd as in {@link io.metastore.core.command.Range}
   */
  boolean permits(String user, Permission.Right right, ByteString key, ByteString rangeEnd);

  /**
   * Whose token this is; null if it is not one of ours, has expired, or was given for a password
   * that is not the user's any more.
   *
   * @param nowMs since 1970
   */
  @Nullable String findTokenOwner(String token, long nowMs);

  /**
   * A token for a user that exists, while access control is on. Every member understands it.
   *
   * @param expiresMs since 1970
   */
  String newToken(String user, long expiresMs);

  /**
   * Whether a token still counts that was given to a user for its password: since then the user was
   * neither deleted nor given another password, and access control was not switched off.
   *
   * @param loginRevision the auth revision when the token was given
   */
  boolean isLoginValid(String user, long loginRevision);

  /** The bcrypt hash of a user's password; null if there is no such user, or it has none. */
  @Nullable String findPasswordHash(String user);

  /** The user of this name, or null. */
  @Nullable UserView findUser(String name);

  /** All users, by name. */
  List<UserView> users();

  /** The names of all roles that were made, in order. */
  List<String> roles();

  /**
   * What a role permits, by key and end; null if there is no such role. The role {@link #ROOT}
   * permits everything, whatever this says.
   */
  @Nullable List<Permission> findPermissions(String role);

  /** All grants on directories, in order of the directories. */
  List<GrantView> grants();
}
