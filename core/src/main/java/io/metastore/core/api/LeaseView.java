package io.metastore.core.api;

/**
 * A lease as the log records it.
 *
 * @param ttl granted TTL in seconds
 * @param remaining remaining TTL in seconds at its last checkpoint; 0 if there was none
 */
public record LeaseView(long id, long ttl, long remaining) {}
