/**
 * The command line of the load generator.
 *
 * <p>Start at {@link io.metastore.bench.Main}. Only the main thread runs here.
 */
@NullMarked
package io.metastore.bench;

import org.jspecify.annotations.NullMarked;
