package io.metastore.client;

import io.grpc.ManagedChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The members' addresses, one channel each, and which of them is used now. All calls go to the same
 * one until it fails one of them.
 */
final class Endpoints implements AutoCloseable {
  /** One address. */
  record Endpoint(int number, ManagedChannel channel) {}

  private final List<Endpoint> endpoints;
  private final AtomicInteger current;
  private volatile boolean closed;

  /**
   * Takes the channels over.
   *
   * @param first the number of the one to begin with
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

  /** Goes on to the next, unless another call that failed there has done so already. */
  void leave(Endpoint failed) {
    int next = (failed.number() + 1) % endpoints.size();
    if (current.compareAndSet(failed.number(), next)) {
      // It may have come back; left to itself the channel would look only after up to two minutes.
      endpoints.get(next).channel().resetConnectBackoff();
    }
  }

  /** Whether it makes no sense to try again. */
  boolean closed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    endpoints.forEach(endpoint -> endpoint.channel().shutdownNow());
  }
}
