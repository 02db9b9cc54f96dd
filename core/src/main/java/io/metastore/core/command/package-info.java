/**
 * The replicated commands, generated from {@code command.proto}.
 *
 * <p>Start at {@link io.metastore.core.command.CommandBatch}: one of them is one Raft log entry.
 * Adapters build single {@link io.metastore.core.command.Command}s and hand them to {@link
 * io.metastore.core.api.Metastore#submit}.
 */
@NullMarked
package io.metastore.core.command;

import org.jspecify.annotations.NullMarked;
