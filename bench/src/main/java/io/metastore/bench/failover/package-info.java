/**
 * Measures how long a cluster takes no writes after it has lost its leader.
 *
 * <p>Start at {@link io.metastore.bench.failover.Failover}; one thread calls it.
 */
@NullMarked
package io.metastore.bench.failover;

import org.jspecify.annotations.NullMarked;
