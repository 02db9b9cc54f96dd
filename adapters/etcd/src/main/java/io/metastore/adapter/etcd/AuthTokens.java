package io.metastore.adapter.etcd;

import io.metastore.core.api.AccessRules;
import io.metastore.core.api.Outcome;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Issues and checks tokens of the kind chosen by {@code --auth-token}. Thread-safe. */
interface AuthTokens {

  /** The identity for a token; null if the token is unknown, invalid or expired. Never blocks. */
  @Nullable Identity findOwner(String token, AccessRules rules);

  /**
   * Issues a token to a user whose password has been verified.
   *
   * @param authRevision the auth revision at which it was verified
   * @return completes with {@link Outcome.LoggedIn}, or with {@link Outcome.Failed} if access
   *     control has changed since
   */
  CompletableFuture<Outcome> give(String user, long authRevision);
}
