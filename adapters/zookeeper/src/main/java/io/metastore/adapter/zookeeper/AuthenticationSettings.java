package io.metastore.adapter.zookeeper;

import static java.util.Objects.requireNonNull;

/**
 * How clients authenticate.
 *
 * @param superDigest {@code user:hash} of the super user, who has all permissions; empty for none
 * @param superSubject distinguished name in the certificate of the super user; empty for none
 */
public record AuthenticationSettings(String superDigest, String superSubject, SaslSettings sasl) {
  /** Only by user and password, with no super user. */
  public static final AuthenticationSettings DEFAULT =
      new AuthenticationSettings("", "", SaslSettings.OFF);

  public AuthenticationSettings {
    requireNonNull(superDigest, "superDigest");
    requireNonNull(superSubject, "superSubject");
    requireNonNull(sasl, "sasl");
  }

  /** Does not contain passwords and hashes. */
  @Override
  public String toString() {
    return "AuthenticationSettings[superSubject=%s, sasl=%s]".formatted(superSubject, sasl);
  }
}
