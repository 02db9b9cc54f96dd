package io.metastore.bench.linearizable;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One call of a client.
 *
 * @param request what was asked
 * @param answer null if the outcome is unknown: the request may have taken effect at any time after
 *     {@code startNanos}, may still do so, or may never do so
 * @param startNanos {@code System.nanoTime} before the call
 * @param endNanos {@code System.nanoTime} after the answer; without meaning if there is none
 */
public record Operation<I, O>(I request, @Nullable O answer, long startNanos, long endNanos) {

  /** Checks the arguments. */
  public Operation {
    requireNonNull(request, "request");
    if (answer != null && endNanos - startNanos < 0) {
      throw new IllegalArgumentException("ended before it started: " + request);
    }
  }

  /** A call without an answer. */
  public static <I, O> Operation<I, O> unknown(I request, long startNanos) {
    return new Operation<>(request, null, startNanos, startNanos);
  }
}
