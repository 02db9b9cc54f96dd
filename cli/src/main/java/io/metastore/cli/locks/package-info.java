/**
 * Commands for locks and for the clients that hold them.
 *
 * <p>Start at {@link io.metastore.cli.locks.LockCommand}. Commands run on the main thread; changes
 * of sessions and lock queues arrive on threads of the client library, signals on a thread of the
 * JVM.
 */
@NullMarked
package io.metastore.cli.locks;

import org.jspecify.annotations.NullMarked;
