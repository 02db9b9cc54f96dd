/**
 * Compares lock services: the same work with each, on freshly started servers.
 *
 * <p>Start at {@link io.metastore.bench.lock.LockComparison}, which the command line calls from its
 * main thread. Contenders are callbacks: over gRPC on an event loop, over Curator on a thread each.
 */
@NullMarked
package io.metastore.bench.lock;

import org.jspecify.annotations.NullMarked;
