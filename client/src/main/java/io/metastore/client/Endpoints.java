package io.metastore.client;

import io.grpc.ManagedChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The members' addresses with one channel each. All calls use the current endpoint until a call
 * fails there; then they use the next one.
 */
final class Endpoints implements AutoCloseable {
  /** An address with its channel. */
  record Endpoint(int number, ManagedChannel channel) {}

  private final List<Endpoint> endpoints;
  private final AtomicInteger current;
  private volatile boolean closed;

  /**
   * Takes ownership of the channels.
   *
   * @param first the index of the endpoint to start with
   */
  Endpoints(List<Endpoint> endpoints, int first) {
    this.endpoints = List.copyOf(endpoints);
    this.current = new AtomicInteger(first);
  }

  int size() {
    return endpoints.size();
  }

  Endpoint current() {
    return endpoints.get(current.get());
  }

  /** Moves on to the next endpoint, unless another failed call has already done so. */
  void leave(Endpoint failed) {
    int next = (failed.number() + 1) % endpoints.size();
    if (current.compareAndSet(failed.number(), next)) {
      // The server may be back. Without this call, the channel might wait up to two minutes before
      // it reconnects.
      endpoints.get(next).channel().resetConnectBackoff();
    }
  }

  /** Whether the client is closed, so that there is no point in another attempt. */
  boolean closed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    endpoints.forEach(endpoint -> endpoint.channel().shutdownNow());
  }
}
