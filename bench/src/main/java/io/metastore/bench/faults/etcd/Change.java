package io.metastore.bench.faults.etcd;

import org.jspecify.annotations.Nullable;

/**
 * The change of one key, as a watch reported it.
 *
 * @param value null if the key was deleted; the other figures are then 0
 * @param lease 0 for none
 */
record Change(
    long revision,
    String key,
    @Nullable String value,
    long createRevision,
    long version,
    long lease) {}
