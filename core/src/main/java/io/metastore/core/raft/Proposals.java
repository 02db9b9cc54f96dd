package io.metastore.core.raft;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The proposals in flight, by call id: tells whether one that failed may have reached the log.
 * Thread-safe.
 */
final class Proposals {
  private final Map<Long, Proposal> inFlight = new ConcurrentHashMap<>();

  private static final class Proposal {
    final Object value;
    volatile boolean started;

    Proposal(Object value) {
      this.value = value;
    }
  }

  void add(long callId, Object value) {
    inFlight.put(callId, new Proposal(value));
  }

  /** The entry is about to be appended; returns what was proposed. */
  @Nullable Object started(long callId) {
    Proposal proposal = inFlight.get(callId);
    if (proposal == null) {
      return null;
    }
    proposal.started = true;
    return proposal.value;
  }

  /** Forgets a proposal; true if it may have reached the log. */
  boolean remove(long callId) {
    Proposal proposal = inFlight.remove(callId);
    return proposal != null && proposal.started;
  }
}
