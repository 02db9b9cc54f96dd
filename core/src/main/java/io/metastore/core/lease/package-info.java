/**
 * Leases: the replicated state, and the leader's clock.
 *
 * <p>Start at {@link io.metastore.core.lease.LeaseTable} for the replicated part (which leases
 * exist and which keys are attached), and at {@link io.metastore.core.lease.LeaseKeeper} for the
 * part that only the leader knows (when leases expire).
 */
@NullMarked
package io.metastore.core.lease;

import org.jspecify.annotations.NullMarked;
