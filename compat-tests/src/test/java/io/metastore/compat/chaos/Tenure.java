package io.metastore.compat.chaos;

import io.metastore.client.Session;
import io.metastore.client.SessionState;
import java.time.Instant;

/** A session, and until when the servers have promised that it lives. Thread-safe. */
final class Tenure {
  private final Session session;
  private final Members members;
  private final Journal journal;

  // The rest is guarded by this.
  private long promisedNanos;
  private boolean ended;

  Tenure(Session session, Members members, Journal journal) {
    this.members = members;
    this.session = session;
    this.journal = journal;
    this.promisedNanos = session.deadlineNanos();
  }

  Session session() {
    return session;
  }

  boolean isLost() {
    return session.state() == SessionState.LOST;
  }

  /** The latest promise; compares it with those before, none of which may be broken. */
  synchronized long promisedNanos() {
    long deadlineNanos = session.deadlineNanos();
    if (deadlineNanos - promisedNanos > 0) {
      promisedNanos = deadlineNanos;
    } else if (deadlineNanos - promisedNanos < 0 && !ended) {
      ended = true;
      journal.wrong(
          "%s: session %x (TTL %s) ended %d ms before what was promised; the servers' view: %s"
              .formatted(
                  Instant.now(),
                  session.id(),
                  session.ttl(),
                  (promisedNanos - deadlineNanos) / 1_000_000,
                  members.clients()));
    }
    return promisedNanos;
  }

  /** Its end is wanted, and no broken promise. */
  synchronized void end() {
    promisedNanos();
    ended = true;
  }
}
