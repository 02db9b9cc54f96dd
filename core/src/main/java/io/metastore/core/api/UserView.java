package io.metastore.core.api;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A user as others may see it.
 *
 * @param roles by name
 */
public record UserView(String name, List<String> roles) {
  public UserView {
    requireNonNull(name, "name");
    roles = List.copyOf(roles);
  }
}
