/**
 * Starts and stops the servers for a measurement, and measures their resource usage.
 *
 * <p>Start at {@link io.metastore.bench.server.Cluster} to start servers, and at {@link
 * io.metastore.bench.server.ServerMeter} to measure running ones. Called by the main thread only,
 * except that a JVM shutdown hook stops running servers. Linux only: it reads {@code /proc}.
 */
@NullMarked
package io.metastore.bench.server;

import org.jspecify.annotations.NullMarked;
