package io.metastore.compat.chaos;

/**
 * A time in which a client knew that it held a lock.
 *
 * @param fromNanos {@code System.nanoTime} when it was told so
 * @param untilNanos when it gave the lock up, or until when the servers had promised it at least;
 *     may be before {@code fromNanos}, if the news came too late
 */
record Hold(
    String lock, boolean exclusive, long client, long token, long fromNanos, long untilNanos) {}
