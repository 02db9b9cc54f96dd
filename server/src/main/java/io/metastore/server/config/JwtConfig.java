package io.metastore.server.config;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How JSON Web Tokens are signed, from {@code --auth-token=jwt,…}.
 *
 * @param method etcd's name of the signing method
 * @param publicKey a PEM file; null if not given
 * @param privateKey a PEM file, or the secret of the HMAC methods; null if not given
 * @param ttl lifetime of a token
 */
public record JwtConfig(
    String method, @Nullable Path publicKey, @Nullable Path privateKey, Duration ttl) {
  private static final String SIMPLE = "simple";
  private static final String JWT = "jwt";
  private static final Duration TTL_DEFAULT = Duration.ofMinutes(5);

  public JwtConfig {
    requireNonNull(method, "method");
    requireNonNull(ttl, "ttl");
  }

  /**
   * Parses {@code simple} or {@code
   * jwt,pub-key=FILE,priv-key=FILE,sign-method=METHOD,ttl=DURATION}. As in etcd, other options are
   * ignored.
   *
   * @return null for simple tokens
   * @throws ConfigError with etcd's message
   */
  static @Nullable JwtConfig parse(String option) throws ConfigError {
    String[] parts = option.split(",", -1);
    Map<String, String> options = new HashMap<>();
    for (int i = 1; i < parts.length; i++) {
      String[] pair = parts[i].split("=", -1);
      if (pair.length != 2 || options.put(pair[0], pair[1]) != null) {
        throw invalid();
      }
    }
    return switch (parts[0]) {
      case SIMPLE -> null;
      case JWT -> of(options);
      default -> throw invalid();
    };
  }

  private static JwtConfig of(Map<String, String> options) throws ConfigError {
    String ttl = options.getOrDefault("ttl", "");
    try {
      return new JwtConfig(
          options.getOrDefault("sign-method", ""),
          path(options.getOrDefault("pub-key", "")),
          path(options.getOrDefault("priv-key", "")),
          ttl.isEmpty() ? TTL_DEFAULT : GoDuration.parse(ttl));
    } catch (IllegalArgumentException e) {
      throw invalid();
    }
  }

  private static @Nullable Path path(String file) {
    return file.isEmpty() ? null : Path.of(file);
  }

  private static ConfigError invalid() {
    return ConfigError.notVerified("auth: invalid auth options");
  }
}
