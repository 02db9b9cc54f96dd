package io.metastore.adapter.zookeeper;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How clients authenticate by SASL.
 *
 * @param users user names and passwords for the mechanism DIGEST-MD5
 * @param kerberos this server in Kerberos, for the mechanism GSSAPI, which replaces DIGEST-MD5;
 *     null for none
 * @param names maps what clients have proven to user names
 * @param superUsers users who have all permissions
 * @param servesFailedClients whether a client that fails to authenticate is served without the
 *     identity, instead of being disconnected
 */
public record SaslSettings(
    Map<String, String> users,
    @Nullable ServerPrincipal kerberos,
    PrincipalNames names,
    Set<String> superUsers,
    boolean servesFailedClients) {
  /** SASL is off. */
  public static final SaslSettings OFF =
      new SaslSettings(Map.of(), null, PrincipalNames.UNCHANGED, Set.of(), false);

  public SaslSettings {
    requireNonNull(names, "names");
    users = Map.copyOf(users);
    superUsers = Set.copyOf(superUsers);
  }

  boolean isOn() {
    return kerberos != null || !users.isEmpty();
  }

  /** Does not contain passwords. */
  @Override
  public String toString() {
    return "SaslSettings[users=%s, kerberos=%s, superUsers=%s]"
        .formatted(users.keySet(), kerberos != null, superUsers);
  }
}
