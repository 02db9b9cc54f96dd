package io.metastore.core.machine;

import com.google.protobuf.ByteString;
import io.metastore.core.api.AccessRules;
import io.metastore.core.command.Command;
import io.metastore.core.command.Op;
import io.metastore.core.command.Permission;
import io.metastore.core.command.Txn;
import io.metastore.core.lease.LeaseTable;
import io.metastore.core.storage.Reader;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks whether the author of a command may write all keys attached to the leases that it names.
 * Revoking a lease deletes its keys, and attaching a key to a lease lets anybody delete it who may
 * revoke the lease.
 *
 * <p>Source: etcd's {@code checkLeasePuts}, which etcd also calls in apply.
 */
final class LeaseRights {
  private LeaseRights() {}

  static boolean permit(Command command, AccessRules rules, Reader reader) {
    String author = command.getAuthor();
    for (long lease : leases(command)) {
      boolean writable =
          LeaseTable.allKeysMatch(
              reader,
              lease,
              key -> rules.permits(author, Permission.Right.WRITE, key, ByteString.EMPTY));
      if (!writable) {
        return false;
      }
    }
    return true;
  }

  private static Set<Long> leases(Command command) {
    Set<Long> leases = new TreeSet<>();
    switch (command.getKindCase()) {
      case TXN -> addLeases(command.getTxn(), leases);
      case REVOKE_LEASE -> leases.add(command.getRevokeLease().getId());
      case ACQUIRE -> leases.add(command.getAcquire().getLease());
      default -> {}
    }
    return leases;
  }

  /** Collects from both branches, whichever will be chosen. */
  private static void addLeases(Txn txn, Set<Long> leases) {
    addLeases(txn.getSuccessList(), leases);
    addLeases(txn.getFailureList(), leases);
  }

  private static void addLeases(List<Op> ops, Set<Long> leases) {
    for (Op op : ops) {
      if (op.hasTxn()) {
        addLeases(op.getTxn(), leases);
      } else if (op.hasPut() && op.getPut().getLease() != 0) {
        leases.add(op.getPut().getLease());
      }
    }
  }
}
