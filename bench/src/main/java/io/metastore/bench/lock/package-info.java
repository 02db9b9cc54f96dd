/**
 * Compares lock services: the same work over each, on servers started for it.
 *
 * <p>Start at {@link io.metastore.bench.lock.LockComparison}, which the command line calls from its
 * main thread. Contenders are callbacks: on an event loop over gRPC, on a thread of their own over
 * Curator.
 */
@NullMarked
package io.metastore.bench.lock;

import org.jspecify.annotations.NullMarked;
