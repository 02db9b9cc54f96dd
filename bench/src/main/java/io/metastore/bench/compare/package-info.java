/**
 * Runs the same work against several kinds of servers in turn and compares the results.
 *
 * <p>Start at {@link io.metastore.bench.compare.Comparison}, which the command line calls from its
 * main thread.
 */
@NullMarked
package io.metastore.bench.compare;

import org.jspecify.annotations.NullMarked;
