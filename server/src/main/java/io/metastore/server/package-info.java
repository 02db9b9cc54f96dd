/**
 * The server process: reads its configuration, connects the parts, starts and stops them.
 *
 * <p>Start at {@link io.metastore.server.Main}. Runs on the main thread and, for stopping, on the
 * signal handler's thread. No other package depends on this one.
 */
@NullMarked
package io.metastore.server;

import org.jspecify.annotations.NullMarked;
