package io.metastore.adapter.metastore;

import io.metastore.core.api.AccessRules;
import io.metastore.core.command.Permission;

/**
 * A right that a call needs on a set of keys.
 *
 * @param path identifies the keys in the error
 */
record Need(Permission.Right right, KeyBounds keys, String path) {

  static Need read(KeyBounds keys, String path) {
    return new Need(Permission.Right.READ, keys, path);
  }

  static Need write(KeyBounds keys, String path) {
    return new Need(Permission.Right.WRITE, keys, path);
  }

  /** The right ADMIN on a directory's own key and everything below it. */
  static Need admin(String field, String directory) {
    return new Need(Permission.Right.ADMIN, KeyBounds.subtree(field, directory), directory);
  }

  boolean isMet(AccessRules rules, String user) {
    return rules.permits(user, right, keys.key(), keys.end());
  }
}
