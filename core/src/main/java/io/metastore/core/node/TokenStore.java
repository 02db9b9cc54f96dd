package io.metastore.core.node;

import io.metastore.core.api.AccessRules;
import io.metastore.core.api.LoginTokens;
import io.metastore.core.auth.GivenToken;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of all users in use, the longest unused first. Holds {@value #TOKENS_MAX} of them at
 * most: then each new one displaces the longest unused. Guarded by itself.
 */
final class TokenStore implements LoginTokens {
  static final int TOKENS_MAX = 100_000;

  private final LongSupplier nanoTime;
  private final long ttlNanos;

  /** All live equally long after their last use, so the order of use is that of expiry. */
  private final Map<String, Entry> tokens = new LinkedHashMap<>(16, 0.75f, true);

  private static final class Entry {
    final GivenToken given;
    long usedNanos;

    Entry(GivenToken given, long usedNanos) {
      this.given = given;
      this.usedNanos = usedNanos;
    }
  }

  /**
   * @param ttl how long a token lives without being used
   */
  TokenStore(LongSupplier nanoTime, Duration ttl) {
    this.nanoTime = nanoTime;
    this.ttlNanos = ttl.toNanos();
  }

  /** Takes in what an applied entry gave; called by the apply thread. */
  synchronized void add(List<GivenToken> given) {
    long now = nanoTime.getAsLong();
    for (GivenToken token : given) {
      tokens.put(token.token(), new Entry(token, now));
    }
    removeExpired(now);
    Iterator<Entry> longestUnusedFirst = tokens.values().iterator();
    while (tokens.size() > TOKENS_MAX) {
      longestUnusedFirst.next();
      longestUnusedFirst.remove();
    }
  }

  @Override
  public @Nullable String findOwner(String token, AccessRules rules) {
    GivenToken given = use(token);
    return given != null && rules.isLoginValid(given.user(), given.authRevision())
        ? given.user()
        : null;
  }

  private synchronized @Nullable GivenToken use(String token) {
    long now = nanoTime.getAsLong();
    removeExpired(now);
    Entry found = tokens.get(token);
    if (found == null) {
      return null;
    }
    found.usedNanos = now;
    return found.given;
  }

  private void removeExpired(long now) {
    Iterator<Entry> longestUnusedFirst = tokens.values().iterator();
    while (longestUnusedFirst.hasNext() && now - longestUnusedFirst.next().usedNanos > ttlNanos) {
      longestUnusedFirst.remove();
    }
  }
}
