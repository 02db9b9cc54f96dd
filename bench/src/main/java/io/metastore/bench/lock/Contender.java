package io.metastore.bench.lock;

import java.util.concurrent.CompletableFuture;

/**
 * One client that wants one lock. Its calls are made one at a time; each future completes on the
 * contender's own thread or event loop.
 */
interface Contender {
  /** Waits in the queue until the lock is held. */
  CompletableFuture<Void> acquire();

  /** Gives up the lock that is held. */
  CompletableFuture<Void> release();
}
