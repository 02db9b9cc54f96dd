package io.metastore.adapter.grpc;

import java.util.concurrent.CompletionException;

/** Finds the causes of failed futures. */
public final class Causes {
  private Causes() {}

  /** The exception of a failed future, without the wrappers that dependent futures add. */
  public static Throwable of(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
