/**
 * One running member: Raft, the state machine, watches, leases, locks and the queues that connect
 * them.
 *
 * <p>Start at {@link io.metastore.core.node.Node}, the {@link io.metastore.core.api.Metastore} that
 * adapters use. Threads: any thread may submit commands; {@code proposer} forms Raft entries,
 * except with few callers, whose own threads do; Raft's apply thread applies entries; {@code reply}
 * completes futures; {@code lease} runs the lease clock; {@code compactor} and {@code housekeeping}
 * do background work; {@code hash} and {@code corruption} compare the data with that of other
 * members; {@code scan-*} and {@code bulk-*} read ranges.
 */
@NullMarked
package io.metastore.core.node;

import org.jspecify.annotations.NullMarked;
