package io.metastore.adapter.zookeeper;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** The counters shown by {@code srvr}, {@code stat} and {@code mntr}. Thread-safe. */
final class PortStats {
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final LongAdder latencySum = new LongAdder();
  private final LongAdder latencies = new LongAdder();
  private final AtomicInteger connections = new AtomicInteger();
  private final LongAccumulator latencyMin = new LongAccumulator(Math::min, Long.MAX_VALUE);
  private final LongAccumulator latencyMax = new LongAccumulator(Math::max, 0);

  void connections(int change) {
    connections.addAndGet(change);
  }

  int connections() {
    return connections.get();
  }

  void received() {
    received.increment();
  }

  void answered(long millis) {
    latencySum.add(millis);
    latencies.increment();
    latencyMin.accumulate(millis);
    latencyMax.accumulate(millis);
  }

  void sent() {
    sent.increment();
  }

  void reset() {
    received.reset();
    sent.reset();
    latencySum.reset();
    latencies.reset();
    latencyMin.reset();
    latencyMax.reset();
  }

  long packetsReceived() {
    return received.sum();
  }

  long packetsSent() {
    return sent.sum();
  }

  long latencyMin() {
    return latencies.sum() == 0 ? 0 : latencyMin.get();
  }

  long latencyMax() {
    return latencyMax.get();
  }

  /** In milliseconds; 0 before the first reply. */
  double latencyAverage() {
    long count = latencies.sum();
    return count == 0 ? 0 : (double) latencySum.sum() / count;
  }
}
