package io.metastore.adapter.etcd.db;

import io.metastore.core.command.Permission;
import java.util.List;

/** A role in a database file. */
public record DbRole(String name, List<Permission> permissions) {
  public DbRole {
    permissions = List.copyOf(permissions);
  }
}
