package io.metastore.bench.faults.zookeeper;

import io.metastore.bench.faults.testbed.Findings;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The sessions of all clients. Thread-safe. */
final class Journal {
  private final Findings findings;
  private final Queue<RecordedSession> sessions = new ConcurrentLinkedQueue<>();

  Journal(Findings findings) {
    this.findings = findings;
  }

  void add(RecordedSession session) {
    sessions.add(session);
  }

  /** What all sessions observed so far. */
  List<SessionHistory> histories() {
    return sessions.stream().map(RecordedSession::history).toList();
  }

  Findings findings() {
    return findings;
  }
}
