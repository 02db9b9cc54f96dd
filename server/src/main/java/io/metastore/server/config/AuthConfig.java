package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How users authenticate.
 *
 * @param byCertificate whether a call without a token is made as the user named by the common name
 *     of the client's certificate
 * @param bcryptCost as given; not checked against bcrypt's limits
 * @param tokenTtl how long a simple token stays valid without being used
 * @param jwt null if simple tokens are used
 */
public record AuthConfig(
    boolean byCertificate, long bcryptCost, Duration tokenTtl, @Nullable JwtConfig jwt) {
  /** The default of etcd's {@code --auth-token-ttl}. */
  static final Duration TOKEN_TTL_DEFAULT = Duration.ofMinutes(5);

  public AuthConfig {
    requireNonNull(tokenTtl, "tokenTtl");
  }
}
