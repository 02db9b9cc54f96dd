/**
 * The one door to the replicated store, and the values that pass through it.
 *
 * <p>Start at {@link io.metastore.core.api.Metastore}. Called by protocol adapters from any thread;
 * nothing here blocks. Nothing here knows Raft, RocksDB or a client protocol.
 */
@NullMarked
package io.metastore.core.api;

import org.jspecify.annotations.NullMarked;
