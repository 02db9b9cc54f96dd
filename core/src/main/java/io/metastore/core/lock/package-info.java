/**
 * Locks: who waits, who holds, and who is next, decided when a command is applied.
 *
 * <p>Start at {@link io.metastore.core.lock.LockTable}. A place in a lock's queue is an ordinary
 * key {@code name/lease}, so that client-side mutexes of etcd's concurrency library and locks taken
 * here exclude each other. Written by the apply thread only.
 */
@NullMarked
package io.metastore.core.lock;

import org.jspecify.annotations.NullMarked;
