package io.metastore.adapter.etcd.port;

import java.util.concurrent.atomic.AtomicLong;

/** The memory budget shared by the bodies of all HTTP requests. Thread-safe. */
final class BodyBudget {
  private final AtomicLong freeBytes;

  BodyBudget(long bytes) {
    this.freeBytes = new AtomicLong(bytes);
  }

  /** Takes this many bytes; false, and takes none, if fewer are left. */
  boolean take(int bytes) {
    if (freeBytes.addAndGet(-bytes) >= 0) {
      return true;
    }
    freeBytes.addAndGet(bytes);
    return false;
  }

  void giveBack(int bytes) {
    freeBytes.addAndGet(bytes);
  }
}
