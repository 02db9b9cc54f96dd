package io.metastore.core.auth;

import static java.util.Objects.requireNonNull;

/**
 * A token that a log entry gave to a user.
 *
 * @param authRevision when it was given
 */
public record GivenToken(String token, String user, long authRevision) {
  public GivenToken {
    requireNonNull(token, "token");
    requireNonNull(user, "user");
  }
}
