/**
 * One member put together: Raft, the state machine, watching, leases, locks and the queues between
 * them.
 *
 * <p>Start at {@link io.metastore.core.node.Node}, which is the {@link
 * io.metastore.core.api.Metastore} that adapters get. Threads: callers submit on any; {@code
 * proposer} makes Raft entries, unless callers are few: then the caller does; Raft's apply thread
 * applies them; {@code reply} completes futures; {@code lease}, {@code compactor} and {@code
 * housekeeping} do what their names say; {@code scan-*} read much.
 */
@NullMarked
package io.metastore.core.node;

import org.jspecify.annotations.NullMarked;
