package io.metastore.adapter.etcd.db;

import java.util.List;

/**
 * A user in a database file.
 *
 * @param passwordHash bcrypt; empty if the user has no password
 * @param roles sorted
 * @param noPassword whether the user was created without a password
 */
public record DbUser(String name, String passwordHash, List<String> roles, boolean noPassword) {
  public DbUser {
    roles = List.copyOf(roles);
  }
}
