package io.metastore.client;

import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Makes gRPC calls with the client's endpoints, timeouts and login.
 *
 * @param callbacks runs the user's listeners, which may block
 * @param login authenticates the calls
 */
record Calls(
    Endpoints endpoints,
    Timer timer,
    Executor callbacks,
    Duration requestTimeout,
    Duration attemptTimeout,
    Login login) {
  static final long FOREVER = Long.MAX_VALUE;

  /** The same settings with another login. */
  Calls withLogin(Login other) {
    return new Calls(endpoints, timer, callbacks, requestTimeout, attemptTimeout, other);
  }

  /** A call that must finish within the client's request timeout. */
  <Q, R> CompletableFuture<R> unary(MethodDescriptor<Q, R> method, Q request, Repeat repeat) {
    return unary(method, () -> request, repeat, requestTimeout.toNanos());
  }

  /**
   * A call with its own timeout.
   *
   * @param request creates the request of each attempt
   * @param timeoutNanos for all attempts together; {@link #FOREVER} for no limit
   * @return fails with {@link MetastoreException}; cancelling it cancels the call
   */
  <Q, R> CompletableFuture<R> unary(
      MethodDescriptor<Q, R> method, Supplier<Q> request, Repeat repeat, long timeoutNanos) {
    UnaryCall<Q, R> call = new UnaryCall<>(this, method, request, repeat, timeoutNanos);
    return call.start();
  }
}
