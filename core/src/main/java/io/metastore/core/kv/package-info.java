/**
 * Stores every version of every key, ordered by revision, until a compaction removes it.
 *
 * <p>Start at {@link io.metastore.core.kv.KvTable} for writing and {@link
 * io.metastore.core.kv.RangeReader} for reading. Written by the apply thread only; read by any
 * thread through a {@link io.metastore.core.storage.Reader}. Nothing here knows Raft or a client
 * protocol.
 */
@NullMarked
package io.metastore.core.kv;

import org.jspecify.annotations.NullMarked;
