package io.metastore.adapter.etcd;

import io.metastore.core.api.AccessRules;
import io.metastore.core.api.Outcome;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Tokens of the kind that {@code --auth-token} chooses. Thread-safe. */
interface AuthTokens {

  /** Who was given a token; null if it is not ours, is void, or has expired. Never blocks. */
  @Nullable Identity findOwner(String token, AccessRules rules);

  /**
   * Gives a token to a user whose password was found right.
   *
   * @param authRevision when it was found right
   * @return completes with {@link Outcome.LoggedIn}, or with {@link Outcome.Failed} if access
   *     control has changed since
   */
  CompletableFuture<Outcome> give(String user, long authRevision);
}
