package io.metastore.adapter.zookeeper;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Set;

/**
 * How clients authenticate.
 *
 * @param superDigest {@code user:hash} of the super user, who has all permissions; empty for none
 * @param superSubject distinguished name in the certificate of the super user; empty for none
 * @param saslUsers user names and passwords for SASL's mechanism DIGEST-MD5; empty to turn SASL off
 * @param saslSuperUsers users who have all permissions
 */
public record AuthenticationSettings(
    String superDigest,
    String superSubject,
    Map<String, String> saslUsers,
    Set<String> saslSuperUsers) {
  /** Only by user and password, with no super user. */
  public static final AuthenticationSettings DEFAULT =
      new AuthenticationSettings("", "", Map.of(), Set.of());

  public AuthenticationSettings {
    requireNonNull(superDigest, "superDigest");
    requireNonNull(superSubject, "superSubject");
    saslUsers = Map.copyOf(saslUsers);
    saslSuperUsers = Set.copyOf(saslSuperUsers);
  }

  /** Does not contain passwords and hashes. */
  @Override
  public String toString() {
    return "AuthenticationSettings[superSubject=%s, saslUsers=%s, saslSuperUsers=%s]"
        .formatted(superSubject, saslUsers.keySet(), saslSuperUsers);
  }
}
