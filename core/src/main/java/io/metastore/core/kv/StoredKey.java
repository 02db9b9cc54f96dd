package io.metastore.core.kv;

import io.metastore.core.api.KeyValue;

/**
 * An existing key as it is stored.
 *
 * @param version its newest version
 * @param sub the position, within its revision, of the put that made the version
 */
public record StoredKey(KeyValue version, int sub) {}
