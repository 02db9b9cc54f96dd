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
 * Login tokens in memory, at most {@value #TOKENS_MAX}; a new token beyond that replaces the least
 * recently used one. Guarded by itself.
 */
final class TokenStore implements LoginTokens {
  static final int TOKENS_MAX = 100_000;

  private final LongSupplier nanoTime;
  private final long ttlNanos;

  /**
   * In access order. All tokens have the same TTL since their last use, so this is also the order
   * of expiry.
   */
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
   * @param ttl how long a token stays valid without being used
   */
  TokenStore(LongSupplier nanoTime, Duration ttl) {
    this.nanoTime = nanoTime;
    this.ttlNanos = ttl.toNanos();
  }

  /** Adds tokens created by an applied entry; called by the apply thread. */
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
