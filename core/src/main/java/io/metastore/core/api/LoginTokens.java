package io.metastore.core.api;

import org.jspecify.annotations.Nullable;

/**
 * The tokens that {@link io.metastore.core.command.Login} commands gave: what etcd calls simple
 * tokens. Each member keeps them in memory, until its restart or until it has seen no use of one
 * for the time to live. Thread-safe; never blocks.
 */
public interface LoginTokens {

  /**
   * Whose token this is; null if this member does not know it, or it is void by the given rules.
   * Counts as a use.
   */
  @Nullable String findOwner(String token, AccessRules rules);
}
