package io.metastore.core.api;

import org.jspecify.annotations.Nullable;

/**
 * The tokens created by {@link io.metastore.core.command.Login} commands, which etcd calls simple
 * tokens. Each member keeps them in memory, until it restarts or the token has not been used on it
 * for its time to live. Thread-safe; never blocks.
 */
public interface LoginTokens {

  /**
   * The owner of a token; null if this member does not know the token or the given rules make it
   * invalid. Counts as a use of the token.
   */
  @Nullable String findOwner(String token, AccessRules rules);
}
