package io.metastore.adapter.etcd.port;

import java.util.concurrent.atomic.AtomicLong;

/** The memory that the bodies of all HTTP requests under way share. Thread-safe. */
final class BodyBudget {
  private final AtomicLong freeBytes;

  BodyBudget(long bytes) {
    this.freeBytes = new AtomicLong(bytes);
  }

  /** Takes so many bytes, or none if there are not so many. */
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
