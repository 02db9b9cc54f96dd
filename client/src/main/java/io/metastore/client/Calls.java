package io.metastore.client;

import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * How all calls are made: where, how long, and how often.
 *
 * @param callbacks where listeners of the user may run and block
 * @param login who calls
 */
record Calls(
    Endpoints endpoints,
    Timer timer,
    Executor callbacks,
    Duration requestTimeout,
    Duration attemptTimeout,
    Login login) {
  static final long FOREVER = Long.MAX_VALUE;

  /** The same calls, made by somebody else. */
  Calls as(Login other) {
    return new Calls(endpoints, timer, callbacks, requestTimeout, attemptTimeout, other);
  }

  /** A call that must be over within the request timeout. */
  <Q, R> CompletableFuture<R> unary(MethodDescriptor<Q, R> method, Q request, Repeat repeat) {
    return unary(method, () -> request, repeat, requestTimeout.toNanos());
  }

  /**
   * A call with a timeout of its own.
   *
   * @param request makes the request of each attempt
   * @param timeoutNanos for all attempts together; {@link #FOREVER} for none
   * @return fails with {@link MetastoreException}; to cancel it cancels the call
   */
  <Q, R> CompletableFuture<R> unary(
      MethodDescriptor<Q, R> method, Supplier<Q> request, Repeat repeat, long timeoutNanos) {
    UnaryCall<Q, R> call = new UnaryCall<>(this, method, request, repeat, timeoutNanos);
    return call.start();
  }
}
