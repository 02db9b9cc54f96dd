package io.metastore.core.node;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Named daemon threads. */
final class Threads {
  private Threads() {}

  /** For one thread of this name. */
  static ThreadFactory named(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /** For threads {@code name-1}, {@code name-2} and so on. */
  static ThreadFactory numbered(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> named(name + "-" + count.incrementAndGet()).newThread(task);
  }
}
