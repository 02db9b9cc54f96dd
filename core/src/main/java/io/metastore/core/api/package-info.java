/**
 * The API of the replicated store, and the values that it takes and returns.
 *
 * <p>Start at {@link io.metastore.core.api.Metastore}. Protocol adapters may call it from any
 * thread; no method blocks. Nothing here knows Raft, RocksDB or a client protocol.
 */
@NullMarked
package io.metastore.core.api;

import org.jspecify.annotations.NullMarked;
