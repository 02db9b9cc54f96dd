package io.metastore.core.raft;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The proposals in flight, by call ID. Tells whether a failed one may have reached the log.
 * Thread-safe.
 */
final class Proposals {
  private final Map<Long, Proposal> inFlight = new ConcurrentHashMap<>();

  static final class Proposal {
    final Object value;
    final CommitListener listener;
    private volatile boolean started;

    private Proposal(Object value, CommitListener listener) {
      this.value = value;
      this.listener = listener;
    }
  }

  void add(long callId, Object value, CommitListener listener) {
    inFlight.put(callId, new Proposal(value, listener));
  }

  /** Records that the entry may be appended from now on; returns the proposal. */
  @Nullable Proposal started(long callId) {
    Proposal proposal = inFlight.get(callId);
    if (proposal != null) {
      proposal.started = true;
    }
    return proposal;
  }

  /** Forgets a proposal; true if its entry may have reached the log. */
  boolean remove(long callId) {
    Proposal proposal = inFlight.remove(callId);
    return proposal != null && proposal.started;
  }
}
