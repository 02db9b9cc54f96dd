package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A user, without its password.
 *
 * @param roles ordered by name
 * @param noPassword whether the user was created without a password; such a user cannot be given
 *     one through etcd's API
 */
public record UserView(String name, List<String> roles, boolean noPassword) {
  public UserView {
    requireNonNull(name, "name");
    roles = List.copyOf(roles);
  }

  /** Whether this user has the role {@code root}, which permits everything. */
  public boolean isRoot() {
    return roles.contains(AccessRules.ROOT);
  }
}
