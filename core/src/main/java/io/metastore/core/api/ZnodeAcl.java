package io.metastore.core.api;

import io.metastore.core.command.AclEntry;
import io.metastore.core.command.Identity;
import java.util.List;

/**
 * The access list of a znode. Immutable.
 *
 * @param entries a client has the rights of all entries that match it
 */
public record ZnodeAcl(List<AclEntry> entries) {
  public static final int READ = 1;
  public static final int WRITE = 2;
  public static final int CREATE = 4;
  public static final int DELETE = 8;
  public static final int ADMIN = 16;
  public static final int ALL = READ | WRITE | CREATE | DELETE | ADMIN;

  /** The identity scheme of an administrator, who may do everything. */
  public static final String SUPER = "super";

  /** The identity scheme of users of the native API. */
  public static final String NATIVE = "metastore";

  private static final String SASL_SUPER_USER = "super";

  private static final Identity ANYONE =
      Identity.newBuilder().setScheme("world").setId("anyone").build();

  /** The access list that permits everything to everybody. */
  public static final ZnodeAcl OPEN =
      new ZnodeAcl(List.of(AclEntry.newBuilder().setPermissions(ALL).setIdentity(ANYONE).build()));

  /** The access list that permits everybody to read, and nothing else. */
  public static final ZnodeAcl READ_ONLY =
      new ZnodeAcl(List.of(AclEntry.newBuilder().setPermissions(READ).setIdentity(ANYONE).build()));

  public ZnodeAcl {
    entries = List.copyOf(entries);
  }

  /**
   * The identities of a caller of the native API, besides {@code world:anyone}.
   *
   * @param accessControl whether access control is on; while it is off, callers have no names
   * @param author the caller's user; empty for one who may do everything
   */
  public static List<Identity> ofNativeCaller(boolean accessControl, String author) {
    if (!accessControl) {
      return List.of();
    }
    return List.of(
        Identity.newBuilder().setScheme(author.isEmpty() ? SUPER : NATIVE).setId(author).build());
  }

  /** Whether an identity stands for every client. */
  public static boolean isAnyone(Identity identity) {
    return identity.equals(ANYONE);
  }

  /**
   * Whether a client has at least one of the given permissions.
   *
   * @param permissions bits such as {@link #READ}
   */
  public boolean permits(int permissions, List<Identity> client) {
    for (Identity identity : client) {
      if (identity.getScheme().equals(SUPER)) {
        return true;
      }
    }
    for (AclEntry entry : entries) {
      if ((entry.getPermissions() & permissions) != 0 && isFor(entry.getIdentity(), client)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isFor(Identity named, List<Identity> client) {
    if (isAnyone(named)) {
      return true;
    }
    for (Identity identity : client) {
      if (identity.getScheme().equals(named.getScheme()) && matches(identity, named)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(Identity identity, Identity named) {
    return switch (named.getScheme()) {
      case "ip" -> AddressRange.contains(named.getId(), identity.getId());
      // As in ZooKeeper, this user has the permissions of all users of SASL.
      case "sasl" ->
          identity.getId().equals(named.getId()) || identity.getId().equals(SASL_SUPER_USER);
      default -> identity.getId().equals(named.getId());
    };
  }
}
