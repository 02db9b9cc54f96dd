package io.metastore.bench.faults.zookeeper;

import io.metastore.bench.faults.zookeeper.Note.Answered;
import java.util.List;
import java.util.stream.Stream;

/**
 * Everything that a session did and observed. Times are those of {@code System.nanoTime}.
 *
 * @param promisedNanos the session lives at least until then, unless it is closed
 * @param closingNanos when the client began to close it; 0 if it did not
 * @param expiredNanos when the client was told that it has ended; 0 if it was not
 */
record SessionHistory(
    long id, List<Note> notes, long promisedNanos, long closingNanos, long expiredNanos) {
  SessionHistory {
    notes = List.copyOf(notes);
  }

  /** The requests with their answers, in the order of the answers. */
  Stream<Answered> answers() {
    return notes.stream().filter(Answered.class::isInstance).map(Answered.class::cast);
  }
}
