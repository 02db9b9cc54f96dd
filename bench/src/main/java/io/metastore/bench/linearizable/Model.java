package io.metastore.bench.linearizable;

import org.jspecify.annotations.Nullable;

/**
 * The sequential behaviour of an object: what each request does and answers when requests run one
 * after the other.
 *
 * @param <S> its state; immutable, with {@code equals} and {@code hashCode}
 * @param <I> a request
 * @param <O> an answer
 */
public interface Model<S, I, O> {
  /** The state before the first request. */
  S initial();

  /**
   * Runs one request.
   *
   * @param answer the answer that a client got; null if it got none, which any answer explains
   * @return the next state; null if the request cannot have this answer in this state
   */
  @Nullable S step(S state, I request, @Nullable O answer);
}
