package io.metastore.core.api;

import java.util.SortedMap;

/**
 * The hashes of everything but keys (znodes, sessions, leases, locks, users, members, alarms and
 * counters) on the members of the cluster. Equal hashes mean equal data.
 *
 * @param index Raft log index of the entry after which all of them were computed
 * @param hashes by member ID
 * @param missing by member ID: why there is no hash of the member
 */
public record UnversionedHashes(
    long index, SortedMap<Long, Integer> hashes, SortedMap<Long, String> missing) {}
