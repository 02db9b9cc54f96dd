/**
 * The process: reads its configuration, wires the parts together, starts and stops them.
 *
 * <p>Start at {@link io.metastore.server.Main}. Runs on the main thread and, when it stops, on the
 * signal's. Nothing depends on this package.
 */
@NullMarked
package io.metastore.server;

import org.jspecify.annotations.NullMarked;
