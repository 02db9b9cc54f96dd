package io.metastore.bench.faults.metastore;

/**
 * A period in which a client knew that it held a lock.
 *
 * @param fromNanos {@code System.nanoTime} when it learned that it holds the lock
 * @param untilNanos when it released the lock, or the end of the servers' guarantee; can be before
 *     {@code fromNanos} if the reply came too late
 */
record Hold(
    String lock, boolean exclusive, long client, long token, long fromNanos, long untilNanos) {}
