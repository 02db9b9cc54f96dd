package io.metastore.core.machine;

import io.metastore.core.api.Outcome;
import io.metastore.core.api.SessionEvent;
import io.metastore.core.api.TreeEvent;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.auth.GivenToken;
import io.metastore.core.lease.LeaseEvent;
import io.metastore.core.lock.LockEvent;
import java.util.List;

/**
 * What one log entry did. Immutable.
 *
 * @param index its Raft log index
 * @param revision the newest revision after it
 * @param compacted the compacted revision after it
 * @param slices the outcomes of the slices whose callers wait on this member, in log order
 * @param events all changes of keys, in order; their mod revisions are their revisions. None if
 *     they were too many to keep: then the change log alone has them
 * @param puts how many keys were put
 * @param putBytes bytes of the keys and values that were put
 * @param deletes how many keys were deleted
 */
public record Applied(
    long index,
    long revision,
    long compacted,
    List<SliceOutcomes> slices,
    List<WatchEvent> events,
    long puts,
    long putBytes,
    long deletes,
    List<LockEvent> lockEvents,
    List<LeaseEvent> leaseEvents,
    List<TreeEvent> treeEvents,
    List<SessionEvent> sessionEvents,
    List<GivenToken> tokens) {

  /** What an entry did that had been applied before. */
  static Applied nothing(StoreState state, long index) {
    return new Applied(
        index,
        state.revision(),
        state.compacted(),
        List.of(),
        List.of(),
        /* puts= */ 0,
        /* putBytes= */ 0,
        /* deletes= */ 0,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  /** Whether {@link #events} lacks what happened. */
  public boolean eventsOmitted() {
    return events.isEmpty() && puts + deletes > 0;
  }

  /**
   * The outcomes of one slice's commands, in their order.
   *
   * @param sequence the slice's number at its origin
   */
  public record SliceOutcomes(long sequence, List<Outcome> outcomes) {}
}
