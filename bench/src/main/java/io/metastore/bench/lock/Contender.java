package io.metastore.bench.lock;

import java.util.concurrent.CompletableFuture;

/**
 * One client that wants one lock. Its calls are made one at a time; each future completes on the
 * contender's own thread or event loop.
 */
interface Contender {
  /** Queues for the lock; completes when the lock is held. */
  CompletableFuture<Void> acquire();

  /** Releases the lock. */
  CompletableFuture<Void> release();
}
