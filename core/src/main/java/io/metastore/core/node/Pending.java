package io.metastore.core.node;

import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import java.util.concurrent.CompletableFuture;

/**
 * A command whose caller waits.
 *
 * @param bytes the command's size
 * @param deadlineNanos when the caller is told that its outcome is unknown
 */
record Pending(Command command, int bytes, long deadlineNanos, CompletableFuture<Outcome> outcome) {

  boolean isExpired(long nowNanos) {
    return deadlineNanos - nowNanos <= 0;
  }
}
