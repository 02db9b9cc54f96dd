package io.metastore.core.node;

import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import java.util.concurrent.CompletableFuture;

/**
 * A command whose caller waits for the outcome.
 *
 * @param bytes size of the command
 * @param deadlineNanos when the caller is told that the outcome is unknown
 */
record Pending(Command command, int bytes, long deadlineNanos, CompletableFuture<Outcome> outcome) {

  boolean isExpired(long nowNanos) {
    return deadlineNanos - nowNanos <= 0;
  }
}
