package io.metastore.client;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** How the blocking forms wait for the others. */
final class Blocking {
  private Blocking() {}

  /** Waits for a future of this library; an interrupt cancels it. */
  static <T> T await(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      future.cancel(false);
      throw e;
    } catch (ExecutionException e) {
      throw thrown(requireNonNull(e.getCause(), "cause"));
    }
  }

  /** As it is, if it may be thrown unchecked. */
  static RuntimeException thrown(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException unchecked
        ? unchecked
        : MetastoreException.of(failure);
  }
}
