/**
 * Moves to Metastore from an etcd cluster that keeps serving: a target that began with a snapshot
 * of the source follows its revisions.
 *
 * <p>Start at {@link io.metastore.server.migrate.Migration}. Everything blocks; for the main thread
 * of a command.
 */
@NullMarked
package io.metastore.server.migrate;

import org.jspecify.annotations.NullMarked;
