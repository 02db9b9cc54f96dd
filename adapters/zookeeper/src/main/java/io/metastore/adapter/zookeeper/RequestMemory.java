package io.metastore.adapter.zookeeper;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits the memory of the requests of all connections that have been decoded and not answered yet.
 * Each event loop can exceed the limit by one request. Connections that find no room are woken when
 * half of the memory is free again. Thread-safe.
 */
final class RequestMemory {
  /** The requests may use the heap size divided by this. */
  private static final int HEAP_DIVISOR = 8;

  private final long bytesMax = Runtime.getRuntime().maxMemory() / HEAP_DIVISOR;
  private final long resumeBytes = bytesMax / 2;
  private final AtomicLong taken = new AtomicLong();

  /** Guarded by itself. */
  private final Set<ClientConnection> stalled = new LinkedHashSet<>();

  long bytesMax() {
    return bytesMax;
  }

  /** Whether a request may be decoded. If not, the connection is woken when there may be room. */
  boolean hasRoom(ClientConnection connection) {
    if (taken.get() < bytesMax) {
      return true;
    }
    synchronized (stalled) {
      stalled.add(connection);
    }
    // The memory may have been freed before the connection was added.
    if (taken.get() < resumeBytes) {
      wakeAll();
    }
    return false;
  }

  /** Takes memory for a request that has been decoded. */
  void take(int bytes) {
    taken.addAndGet(bytes);
  }

  void free(int bytes) {
    long left = taken.addAndGet(-bytes);
    if (left < resumeBytes && left + bytes >= resumeBytes) {
      wakeAll();
    }
  }

  /** Whether connections wait for memory. */
  boolean isShort() {
    synchronized (stalled) {
      return !stalled.isEmpty();
    }
  }

  /** A connection was closed. */
  void forget(ClientConnection connection) {
    synchronized (stalled) {
      stalled.remove(connection);
    }
  }

  private void wakeAll() {
    List<ClientConnection> woken;
    synchronized (stalled) {
      woken = List.copyOf(stalled);
      stalled.clear();
    }
    woken.forEach(ClientConnection::wake);
  }
}
