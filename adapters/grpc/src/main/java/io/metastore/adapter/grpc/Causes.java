package io.metastore.adapter.grpc;

import java.util.concurrent.CompletionException;

/** Why futures failed. */
public final class Causes {
  private Causes() {}

  /** What a future failed with, whichever of its dependents tells of it. */
  public static Throwable of(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
