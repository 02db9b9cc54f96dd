package io.metastore.core.tree;

import io.metastore.core.api.AddressRange;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.command.AclEntry;
import io.metastore.core.command.Identity;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Validates and resolves the access list of a request, as ZooKeeper's {@code
 * PrepRequestProcessor.fixupACL} does.
 */
final class AclRules {
  /** Schemes whose identities are proven by clients; an IP address is not. */
  private static final Set<String> AUTHENTICATED =
      Set.of("digest", "x509", "sasl", ZnodeAcl.NATIVE);

  /** A Kerberos principal, with or without host and realm; or any other name without {@code @}. */
  private static final Pattern SASL_NAME = Pattern.compile("[^/@]*(/[^/@]*)?@[^/@]*|[^@]*");

  private AclRules() {}

  /**
   * The access list to store: entries with the scheme {@code auth} are replaced by the client's own
   * identities.
   *
   * @return null if the list is not valid
   */
  static @Nullable ZnodeAcl resolve(List<AclEntry> asked, List<Identity> client) {
    Set<AclEntry> entries = new LinkedHashSet<>();
    for (AclEntry entry : new LinkedHashSet<>(asked)) {
      Identity identity = entry.getIdentity();
      if (identity.getScheme().equals("auth")) {
        List<AclEntry> expanded = ofClient(entry.getPermissions(), client);
        if (expanded.isEmpty()) {
          return null;
        }
        entries.addAll(expanded);
      } else if (isValid(identity)) {
        entries.add(entry);
      } else {
        return null;
      }
    }
    return entries.isEmpty() ? null : new ZnodeAcl(List.copyOf(entries));
  }

  private static List<AclEntry> ofClient(int permissions, List<Identity> client) {
    List<AclEntry> entries = new ArrayList<>();
    for (Identity identity : client) {
      if (AUTHENTICATED.contains(identity.getScheme())) {
        entries.add(
            AclEntry.newBuilder().setPermissions(permissions).setIdentity(identity).build());
      }
    }
    return entries;
  }

  private static boolean isValid(Identity identity) {
    return switch (identity.getScheme()) {
      case "world" -> ZnodeAcl.isAnyone(identity);
      case "digest" -> identity.getId().split(":", 0).length == 2;
      case "x509" -> isDistinguishedName(identity.getId());
      case ZnodeAcl.NATIVE -> !identity.getId().isEmpty();
      case "sasl" -> SASL_NAME.matcher(identity.getId()).matches();
      case "ip" -> AddressRange.isValid(identity.getId());
      default -> false;
    };
  }

  private static boolean isDistinguishedName(String name) {
    try {
      return !new X500Principal(name).getName().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
