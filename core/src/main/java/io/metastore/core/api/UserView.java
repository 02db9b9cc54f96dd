package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A user as others may see it.
 *
 * @param roles by name
 * @param noPassword whether the user was made without a password and cannot be given one through
 *     etcd's API
 */
public record UserView(String name, List<String> roles, boolean noPassword) {
  public UserView {
    requireNonNull(name, "name");
    roles = List.copyOf(roles);
  }

  /** Whether everything is permitted to this user. */
  public boolean isRoot() {
    return roles.contains(AccessRules.ROOT);
  }
}
