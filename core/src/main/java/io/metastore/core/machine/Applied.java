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
 * The result of one log entry. Immutable.
 *
 * @param index Raft log index of the entry
 * @param revision the newest revision after the entry
 * @param compacted the compacted revision after the entry
 * @param slices outcomes of the slices whose callers wait on this member, in log order
 * @param events all changes of keys, in order; each event's mod revision is its revision. Empty if
 *     there were too many to keep; then they are only in the change log
 * @param puts number of puts
 * @param putBytes bytes of the keys and values that were put
 * @param deletes number of deleted keys
 * @param placesAdded number of places that were added to the queues of locks
 * @param hashPoint whether {@link UnversionedHash} is to be computed for the state after the entry
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
    long placesAdded,
    List<LeaseEvent> leaseEvents,
    List<TreeEvent> treeEvents,
    List<SessionEvent> sessionEvents,
    List<GivenToken> tokens,
    boolean hashPoint) {

  /** The result of an entry that was already applied. */
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
        /* placesAdded= */ 0,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        /* hashPoint= */ false);
  }

  /** Number of places whose owners now hold their locks. */
  public long placesGranted() {
    return lockEvents.stream().filter(event -> event.kind() == LockEvent.Kind.HELD).count();
  }

  /** Whether {@link #events} is incomplete. */
  public boolean eventsOmitted() {
    return events.isEmpty() && puts + deletes > 0;
  }

  /**
   * The outcomes of one slice's commands, in order.
   *
   * @param sequence number that the origin gave to the slice
   */
  public record SliceOutcomes(long sequence, List<Outcome> outcomes) {}
}
