/**
 * Commands about locks and the clients that hold them.
 *
 * <p>Start at {@link io.metastore.cli.locks.LockCommand}. Commands run on the main thread; what
 * sessions and lock queues tell comes on threads of the client library, signals on the JVM's.
 */
@NullMarked
package io.metastore.cli.locks;

import org.jspecify.annotations.NullMarked;
