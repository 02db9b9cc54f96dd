package io.metastore.core.tree;

import io.metastore.core.api.AddressRange;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.command.AclEntry;
import io.metastore.core.command.Identity;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an access list in a request means ({@code PrepRequestProcessor.fixupACL}). */
final class AclRules {
  private AclRules() {}

  /**
   * The list to store: {@code auth} stands for whoever asks.
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
      if (identity.getScheme().equals("digest")) { // an address proves nothing
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
      case "ip" -> AddressRange.isValid(identity.getId());
      default -> false;
    };
  }
}
