package io.metastore.adapter.zookeeper;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the number of requests of all clients that are processed at once, about: each event loop
 * can exceed it by one. Connections that find no room are woken in turn. Thread-safe.
 */
final class RequestThrottle {
  private final int requestsMax;
  private final AtomicInteger running = new AtomicInteger();

  /** Guarded by itself. */
  private final Set<ClientConnection> stalled = new LinkedHashSet<>();

  /**
   * @param requestsMax 0 for no bound
   */
  RequestThrottle(int requestsMax) {
    this.requestsMax = requestsMax;
  }

  /** Whether a request may be started. If not, the connection is woken when there may be room. */
  boolean hasRoom(ClientConnection connection) {
    if (requestsMax == 0 || running.get() < requestsMax) {
      return true;
    }
    synchronized (stalled) {
      stalled.add(connection);
    }
    // The last running request may have ended before the connection was added.
    if (running.get() < requestsMax) {
      wakeOne();
    }
    return false;
  }

  void started() {
    if (requestsMax > 0) {
      running.incrementAndGet();
    }
  }

  void ended() {
    if (requestsMax > 0) {
      running.decrementAndGet();
      wakeOne();
    }
  }

  /**
   * A connection was closed.
   *
   * @param started its requests that have not ended
   */
  void forget(ClientConnection connection, int started) {
    synchronized (stalled) {
      stalled.remove(connection);
    }
    for (int i = 0; i < started; i++) {
      ended();
    }
  }

  private void wakeOne() {
    ClientConnection next = null;
    synchronized (stalled) {
      Iterator<ClientConnection> first = stalled.iterator();
      if (first.hasNext()) {
        next = first.next();
        first.remove();
      }
    }
    if (next != null) {
      next.wake();
    }
  }
}
