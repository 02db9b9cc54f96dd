package io.metastore.client;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Implements the blocking methods by waiting for the future of the asynchronous ones. */
final class Blocking {
  private Blocking() {}

  /** Waits for a future of this library. An interrupt cancels the call. */
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

  /**
   * The failure itself if it is unchecked, otherwise an unchecked exception with it as the cause.
   */
  static RuntimeException thrown(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException unchecked
        ? unchecked
        : MetastoreException.of(failure);
  }
}
