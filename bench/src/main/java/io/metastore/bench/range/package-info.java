/**
 * Reads very many keys at once and looks at what that costs the server in memory.
 *
 * <p>Start at {@link io.metastore.bench.range.RangeMemory}, which the command line calls from its
 * main thread. Readers are callbacks on gRPC's event loop.
 */
@NullMarked
package io.metastore.bench.range;

import org.jspecify.annotations.NullMarked;
