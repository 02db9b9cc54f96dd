package io.metastore.bench.load;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Decides whether a logical client may start another operation. Any thread. */
final class Gate {
  /** Returned by {@link #next} when the client must stop. */
  static final long CLOSED = -1;

  private final AtomicLong tickets = new AtomicLong();
  private final CountDownLatch idle;
  private final long limit;
  private volatile boolean open = true;

  /**
   * A gate for {@code clients} clients that lets {@code limit} operations of all clients together
   * pass.
   */
  Gate(int clients, long limit) {
    this.idle = new CountDownLatch(clients);
    this.limit = limit;
  }

  /** The number of the operation that the caller may start, or {@link #CLOSED}. */
  long next() {
    if (!open) {
      return CLOSED;
    }
    long ticket = tickets.getAndIncrement();
    return ticket < limit ? ticket : CLOSED;
  }

  /** Reports that a client has stopped and has no running operation. */
  void parked() {
    idle.countDown();
  }

  /** Lets no more operations pass. */
  void close() {
    open = false;
  }

  /** Waits until all clients have stopped; false if that takes too long. */
  boolean awaitIdle(long timeoutNanos) throws InterruptedException {
    return idle.await(timeoutNanos, TimeUnit.NANOSECONDS);
  }
}
