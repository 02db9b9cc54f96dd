package io.metastore.bench.znode;

import io.metastore.bench.load.Tally;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.zookeeper.KeeperException.Code;

/** Clients that each start their next operation when the previous one has ended. */
final class ZnodeLoop {
  private static final long STOP_TIMEOUT_SECONDS = 60;

  private final ZnodeWork work;
  private final Operations operations;
  private final Tally tally = new Tally();
  private final Map<Code, LongAdder> errors = new ConcurrentHashMap<>();
  private final CountDownLatch idle;
  private volatile boolean stopping;

  ZnodeLoop(ZnodeWork work, Operations operations) {
    this.work = work;
    this.operations = operations;
    this.idle = new CountDownLatch(work.clients());
  }

  /** The operations that were done. */
  Tally tally() {
    return tally;
  }

  void begin() {
    for (int i = 0; i < work.clients(); i++) {
      new Client(operations.of(work.kind(), i)).next();
    }
  }

  /**
   * Stops the clients; returns the failures since the start by result code.
   *
   * @throws IllegalStateException if an operation has no answer after a minute
   */
  SortedMap<String, Long> end() throws InterruptedException {
    stopping = true;
    if (!idle.await(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(idle.getCount() + " operations got no answer in time");
    }
    SortedMap<String, Long> counted = new TreeMap<>();
    errors.forEach((code, count) -> counted.put(code.name(), count.sum()));
    return counted;
  }

  /** Has one operation at a time, so its state needs no lock. */
  private final class Client implements Operation.Ended {
    private final Operation operation;
    private long number;
    private long startNanos;

    Client(Operation operation) {
      this.operation = operation;
    }

    void next() {
      if (stopping) {
        idle.countDown();
        return;
      }
      startNanos = System.nanoTime();
      operation.start(number++, this);
    }

    @Override
    public void with(int code) {
      if (code == Code.OK.intValue()) {
        tally.succeeded(System.nanoTime() - startNanos);
      } else {
        errors.computeIfAbsent(Code.get(code), c -> new LongAdder()).increment();
      }
      next();
    }
  }
}
