package io.metastore.core.node;

import io.metastore.core.api.StoreException.ChangeRefused;
import io.metastore.core.api.StoreException.ChangeRefused.Reason;
import io.metastore.core.command.InviteReply;

/** Handling of replies that is common to all invitations. Pure. */
final class Invitations {
  private Invitations() {}

  /**
   * Throws unless the invited member accepted.
   *
   * @throws ChangeRefused with the reason
   */
  static void requireWilling(String name, String address, InviteReply reply) {
    switch (reply.getStatus()) {
      case WILLING -> {}
      case HAS_CLUSTER ->
          throw new ChangeRefused(
              Reason.ALREADY_MEMBER,
              "%s already belongs to cluster %s"
                  .formatted(address, Long.toHexString(reply.getClusterId())));
      case OTHER_NAME ->
          throw new ChangeRefused(
              Reason.BAD_REQUEST,
              "name",
              "the name of the member at %s is %s, not %s"
                  .formatted(address, reply.getName(), name));
      case BUSY ->
          throw new ChangeRefused(
              Reason.IN_PROGRESS,
              address + " is reserved for another attempt to form or extend a cluster");
      case UNRECOGNIZED ->
          throw new ChangeRefused(
              Reason.UNSAFE, address + " sent a reply that this version does not understand");
    }
  }
}
