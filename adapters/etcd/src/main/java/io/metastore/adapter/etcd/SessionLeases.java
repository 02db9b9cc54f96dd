package io.metastore.adapter.etcd;

import io.metastore.adapter.grpc.CallAccess;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Provides the leases for locks and candidates. Stateless. */
final class SessionLeases {
  /**
   * The TTL, in seconds, of the lease granted for a caller without one; nobody renews that lease.
   */
  private static final long OWN_LEASE_TTL = 60;

  private final Metastore metastore;
  private final LongSupplier leaseIds;

  /**
   * @param leaseIds supplies positive, unused IDs
   */
  SessionLeases(Metastore metastore, LongSupplier leaseIds) {
    this.metastore = metastore;
    this.leaseIds = leaseIds;
  }

  /**
   * The caller's lease, or a new one for a caller without one.
   *
   * @param access the call's access, from {@link CallAccess#ofCall}
   * @param lease 0 for none
   * @return fails with exceptions that {@link UncodedErrors} maps
   */
  CompletableFuture<Long> of(@Nullable CallAccess access, long lease) {
    if (lease != 0) {
      return CompletableFuture.completedFuture(lease);
    }
    long ttlMin = metastore.cluster().minLeaseTtl();
    return CallAccess.submit(
            metastore, access, LeaseTranslator.toGrant(leaseIds.getAsLong(), OWN_LEASE_TTL, ttlMin))
        .thenApply(
            outcome -> {
              if (outcome instanceof Outcome.LeaseGranted granted) {
                return granted.id();
              }
              throw UncodedErrors.of(outcome, null);
            });
  }
}
