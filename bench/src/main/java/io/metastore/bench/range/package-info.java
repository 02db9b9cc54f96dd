/**
 * Reads many keys at once and measures the server's memory use.
 *
 * <p>Start at {@link io.metastore.bench.range.RangeMemory}, which the command line calls from its
 * main thread. Readers are callbacks on gRPC's event loop.
 */
@NullMarked
package io.metastore.bench.range;

import org.jspecify.annotations.NullMarked;
