/**
 * The replicated commands, generated from {@code command.proto}.
 *
 * <p>Start at {@link io.metastore.core.command.CommandBatch}: each Raft log entry is one batch.
 * Adapters build single {@link io.metastore.core.command.Command}s and pass them to {@link
 * io.metastore.core.api.Metastore#submit}.
 */
@NullMarked
package io.metastore.core.command;

import org.jspecify.annotations.NullMarked;
