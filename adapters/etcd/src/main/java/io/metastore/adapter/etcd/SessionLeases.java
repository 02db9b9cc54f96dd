package io.metastore.adapter.etcd;

import io.metastore.adapter.grpc.CallAccess;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The leases that locks and candidacies live on. Stateless. */
final class SessionLeases {
  /** TTL of the lease of a caller that brings none, in seconds; nobody renews it. */
  private static final long OWN_LEASE_TTL = 60;

  private final Metastore metastore;
  private final LongSupplier leaseIds;

  /**
   * @param leaseIds positive ids that nobody has
   */
  SessionLeases(Metastore metastore, LongSupplier leaseIds) {
    this.metastore = metastore;
    this.leaseIds = leaseIds;
  }

  /**
   * The caller's lease, or a new one for a caller that brings none.
   *
   * @param access of the call, as {@link CallAccess#ofCall} gave it
   * @param lease 0 for none
   * @return fails with what {@link UncodedErrors} knows
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
