package io.metastore.adapter.etcd;

import io.metastore.core.api.AccessRules;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.core.command.Login;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Random tokens that every member keeps in memory. */
final class SimpleTokens implements AuthTokens {
  private final Metastore metastore;

  SimpleTokens(Metastore metastore) {
    this.metastore = metastore;
  }

  @Override
  public @Nullable Identity findOwner(String token, AccessRules rules) {
    String user = metastore.loginTokens().findOwner(token, rules);
    return user == null ? null : new Identity(user, rules.revision());
  }

  @Override
  public CompletableFuture<Outcome> give(String user, long authRevision) {
    Login login =
        Login.newBuilder().setUser(user).setNonce(metastore.credentials().newTokenNonce()).build();
    return metastore.submit(
        Command.newBuilder().setLogin(login).setAuthRevision(authRevision).build());
  }
}
