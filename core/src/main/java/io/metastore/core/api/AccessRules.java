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

  /** Raised by everything that changes users, roles, grants or the switch; at least 1. */
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
  @Nullable String findUser(String token, long nowMs);

  /**
   * A token for a user that exists, while access control is on. Every member understands it.
   *
   * @param expiresMs since 1970
   */
  String newToken(String user, long expiresMs);

  /** The bcrypt hash of a user's password; null if there is no such user, or it has none. */
  @Nullable String findPasswordHash(String user);

  /** All users, by name. */
  List<UserView> users();

  /** The names of all roles that were made, in order. */
  List<String> roles();

  /** All grants on directories, in order of the directories. */
  List<GrantView> grants();
}
