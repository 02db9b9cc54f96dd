/**
 * Starts, watches and stops the servers that a measurement needs, and reads what they used.
 *
 * <p>Start at {@link io.metastore.bench.server.Cluster} for own servers and at {@link
 * io.metastore.bench.server.ServerMeter} for those of others. Called by the main thread only,
 * except that a JVM shutdown stops what still runs. Linux only: it reads {@code /proc}.
 */
@NullMarked
package io.metastore.bench.server;

import org.jspecify.annotations.NullMarked;
