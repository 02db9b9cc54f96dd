package io.metastore.core.auth;

import static java.util.Objects.requireNonNull;

/**
 * A login token created by a log entry.
 *
 * @param authRevision the auth revision when the token was created
 */
public record GivenToken(String token, String user, long authRevision) {
  public GivenToken {
    requireNonNull(token, "token");
    requireNonNull(user, "user");
  }
}
