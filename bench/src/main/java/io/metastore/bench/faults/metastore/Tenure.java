package io.metastore.bench.faults.metastore;

import io.metastore.client.Session;
import io.metastore.client.SessionState;
import java.time.Instant;

/** A session, and the time until which the servers guarantee that it lives. Thread-safe. */
final class Tenure {
  private final Session session;
  private final Journal journal;

  // The fields below are guarded by this.
  private long promisedNanos;
  private boolean ended;

  Tenure(Session session, Journal journal) {
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

  /** The latest guarantee. Checks that none of the earlier guarantees was broken. */
  synchronized long promisedNanos() {
    long deadlineNanos = session.deadlineNanos();
    if (deadlineNanos - promisedNanos > 0) {
      promisedNanos = deadlineNanos;
    } else if (deadlineNanos - promisedNanos < 0 && !ended) {
      ended = true;
      journal.wrong(
          "%s: session %x (TTL %s) ended %d ms before what was promised"
              .formatted(
                  Instant.now(),
                  session.id(),
                  session.ttl(),
                  (promisedNanos - deadlineNanos) / 1_000_000));
    }
    return promisedNanos;
  }

  /** The session is ended on purpose, which breaks no guarantee. */
  synchronized void end() {
    promisedNanos();
    ended = true;
  }
}
