package io.metastore.bench.znode;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.apache.zookeeper.KeeperException.Code;

/** Creates many nodes, with a fixed number of requests in flight. */
final class Creations {
  private static final int IN_FLIGHT = 1000;

  private final Sessions sessions;
  private final Operations operations;

  Creations(Sessions sessions, Operations operations) {
    this.sessions = sessions;
    this.operations = operations;
  }

  /**
   * Creates the nodes with the numbers from {@code first} to {@code end - 1}; returns when all
   * exist.
   *
   * @throws IllegalStateException if one cannot be created
   */
  void create(IntFunction<String> path, int first, int end) throws InterruptedException {
    Semaphore room = new Semaphore(IN_FLIGHT);
    AtomicInteger failed = new AtomicInteger();
    for (int i = first; i < end; i++) {
      room.acquire();
      operations.create(
          sessions.of(i),
          path.apply(i),
          code -> {
            if (code != Code.OK.intValue()) {
              failed.set(code);
            }
            room.release();
          });
    }
    room.acquire(IN_FLIGHT);
    if (failed.get() != 0) {
      throw new IllegalStateException("a node was not created: " + Code.get(failed.get()));
    }
  }
}
