package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How users log in.
 *
 * @param byCertificate whether the common name of a client's certificate tells its user, where a
 *     call has no token
 * @param bcryptCost as given, within bcrypt's bounds or not
 * @param tokenTtl how long a simple token lives without being used
 * @param jwt null for simple tokens
 */
public record AuthConfig(
    boolean byCertificate, long bcryptCost, Duration tokenTtl, @Nullable JwtConfig jwt) {
  /** Source: etcd's {@code --auth-token-ttl}. */
  static final Duration TOKEN_TTL_DEFAULT = Duration.ofMinutes(5);

  public AuthConfig {
    requireNonNull(tokenTtl, "tokenTtl");
  }
}
