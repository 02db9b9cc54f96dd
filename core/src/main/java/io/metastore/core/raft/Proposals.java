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
    private volatile boolean appended;

    private Proposal(Object value, CommitListener listener) {
      this.value = value;
      this.listener = listener;
    }

    /** Records that the entry may be in the log from now on. */
    void appended() {
      appended = true;
    }
  }

  void add(long callId, Object value, CommitListener listener) {
    inFlight.put(callId, new Proposal(value, listener));
  }

  @Nullable Proposal find(long callId) {
    return inFlight.get(callId);
  }

  /** Forgets a proposal; true if its entry may have reached the log. */
  boolean remove(long callId) {
    Proposal proposal = inFlight.remove(callId);
    return proposal != null && proposal.appended;
  }
}
