package io.metastore.adapter.zookeeper;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** The counters of a port, for monitoring. Thread-safe. */
final class PortStats {
  private final AtomicInteger connections = new AtomicInteger();
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final LongAdder bytesReceived = new LongAdder();
  private final LongAdder bytesSent = new LongAdder();
  private final LongAdder connectionRequests = new LongAdder();
  private final LongAdder connectionsRejected = new LongAdder();
  private final LongAdder authenticationsFailed = new LongAdder();
  private final LongAdder packetsRejected = new LongAdder();

  private final Latency all = new Latency();
  private final Latency reads = new Latency();
  private final Latency writes = new Latency();

  void connections(int change) {
    connections.addAndGet(change);
  }

  int connections() {
    return connections.get();
  }

  /** A packet or a four-letter word was received. */
  void received(int bytes) {
    received.increment();
    bytesReceived.add(bytes);
  }

  void sent(int bytes) {
    sent.increment();
    bytesSent.add(bytes);
  }

  void answered(long millis) {
    all.record(millis);
  }

  void answeredRead(long millis) {
    reads.record(millis);
  }

  void answeredWrite(long millis) {
    writes.record(millis);
  }

  /** A client asked for a session. */
  void connectionRequested() {
    connectionRequests.increment();
  }

  /** A connection was closed because its address has too many. */
  void connectionRejected() {
    connectionsRejected.increment();
  }

  void authenticationFailed() {
    authenticationsFailed.increment();
  }

  /** A packet had an invalid length. */
  void packetRejected() {
    packetsRejected.increment();
  }

  /** Resets what {@code srst} resets in ZooKeeper. */
  void reset() {
    received.reset();
    sent.reset();
    all.reset();
  }

  long packetsReceived() {
    return received.sum();
  }

  long packetsSent() {
    return sent.sum();
  }

  long bytesReceived() {
    return bytesReceived.sum();
  }

  long bytesSent() {
    return bytesSent.sum();
  }

  long connectionRequests() {
    return connectionRequests.sum();
  }

  long connectionsRejected() {
    return connectionsRejected.sum();
  }

  long authenticationsFailed() {
    return authenticationsFailed.sum();
  }

  long packetsRejected() {
    return packetsRejected.sum();
  }

  /** Of all requests. */
  Latency latency() {
    return all;
  }

  Latency reads() {
    return reads;
  }

  Latency writes() {
    return writes;
  }
}
