package io.metastore.core.node;

import io.metastore.core.api.StoreException.ChangeRefused;
import io.metastore.core.api.StoreException.ChangeRefused.Reason;
import io.metastore.core.command.InviteReply;

/** What is the same in all invitations. Pure. */
final class Invitations {
  private Invitations() {}

  /**
   * Goes on only if the invited member comes.
   *
   * @throws ChangeRefused with why it does not
   */
  static void requireWilling(String name, String address, InviteReply reply) {
    switch (reply.getStatus()) {
      case WILLING -> {}
      case HAS_CLUSTER ->
          throw new ChangeRefused(
              Reason.ALREADY_MEMBER,
              "%s belongs to the cluster %s"
                  .formatted(address, Long.toHexString(reply.getClusterId())));
      case OTHER_NAME ->
          throw new ChangeRefused(
              Reason.BAD_REQUEST,
              "name",
              "the member at %s is called %s, not %s".formatted(address, reply.getName(), name));
      case BUSY ->
          throw new ChangeRefused(
              Reason.IN_PROGRESS, address + " was just invited by somebody else");
      case UNRECOGNIZED ->
          throw new ChangeRefused(Reason.UNSAFE, address + " answers what is not understood");
    }
  }
}
