/**
 * Locks: who holds them and who waits, decided when commands are applied.
 *
 * <p>Start at {@link io.metastore.core.lock.LockTable}. A place in a lock's queue is an ordinary
 * key {@code name/lease}, so that mutexes of etcd's client-side concurrency library and locks
 * acquired here exclude each other. Written by the apply thread only.
 */
@NullMarked
package io.metastore.core.lock;

import org.jspecify.annotations.NullMarked;
