package io.metastore.core.node;

import io.metastore.core.api.Meters;
import io.metastore.core.command.Command;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.lease.LeaseEvent;
import io.metastore.core.machine.Applied;

/** Updates the counters for applied entries. Called by the apply thread. */
final class ApplyMeter {
  private final Meters meters;

  ApplyMeter(Meters meters) {
    this.meters = meters;
  }

  /**
   * @param startNanos when applying the entry began; its changes are visible now
   */
  void applied(long startNanos, long index, CommandBatch batch, Applied result) {
    meters.applies.recordSince(startNanos);
    count(batch);
    meters.puts.add(result.puts());
    meters.putBytes.add(result.putBytes());
    meters.deletes.add(result.deletes());
    for (LeaseEvent event : result.leaseEvents()) {
      if (event instanceof LeaseEvent.Revoked) {
        meters.leasesRevoked.increment();
      } else if (event instanceof LeaseEvent.Updated updated
          && updated.lease().grantedIndex() == index) {
        meters.leaseTtls.record((double) updated.lease().ttl());
      }
    }
  }

  private void count(CommandBatch batch) {
    long txns = 0;
    for (var slice : batch.getSlicesList()) {
      for (Command command : slice.getCommandsList()) {
        if (command.hasTxn() && !RequestMeter.isOneOperation(command.getTxn())) {
          txns++;
        } else if (command.hasRevokeLease() && command.getRevokeLease().getGrantedIndex() != 0) {
          meters.leasesExpired.increment();
        }
      }
    }
    meters.txns.add(txns);
  }
}
