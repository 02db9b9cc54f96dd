/**
 * Leases as replicated state, and the leader's clock over them.
 *
 * <p>Start at {@link io.metastore.core.lease.LeaseTable} for what every replica agrees on (which
 * leases exist, which keys hang on them), and at {@link io.metastore.core.lease.LeaseKeeper} for
 * what only the leader knows (when they end).
 */
@NullMarked
package io.metastore.core.lease;

import org.jspecify.annotations.NullMarked;
