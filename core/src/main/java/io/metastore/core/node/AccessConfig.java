package io.metastore.core.node;

import java.time.Duration;

/**
 * Settings of password hashing and login tokens.
 *
 * @param bcryptCost cost of new password hashes, {@value #BCRYPT_COST_MIN} to {@value
 *     #BCRYPT_COST_MAX}; each step doubles the work
 * @param tokenTtl how long a login token stays valid without being used
 */
public record AccessConfig(int bcryptCost, Duration tokenTtl) {
  public static final int BCRYPT_COST_MIN = 4;
  public static final int BCRYPT_COST_MAX = 31;

  /** The defaults of etcd's {@code --bcrypt-cost} and {@code --auth-token-ttl}. */
  public static final AccessConfig DEFAULT = new AccessConfig(10, Duration.ofMinutes(5));

  public AccessConfig {
    if (bcryptCost < BCRYPT_COST_MIN || bcryptCost > BCRYPT_COST_MAX || tokenTtl.isNegative()) {
      throw new IllegalArgumentException("bcryptCost=" + bcryptCost + " tokenTtl=" + tokenTtl);
    }
  }
}
