/**
 * Measures how long a cluster accepts no writes after it has lost its leader.
 *
 * <p>Start at {@link io.metastore.bench.failover.Failover}, which is used by one thread.
 */
@NullMarked
package io.metastore.bench.failover;

import org.jspecify.annotations.NullMarked;
