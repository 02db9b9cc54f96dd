package io.metastore.core.machine;

import io.metastore.core.api.Outcome;
import io.metastore.core.api.WatchEvent;
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
 * @param events all changes of keys, in order; their mod revisions are their revisions
 */
public record Applied(
    long index,
    long revision,
    long compacted,
    List<SliceOutcomes> slices,
    List<WatchEvent> events,
    List<LockEvent> lockEvents,
    List<LeaseEvent> leaseEvents) {

  /**
   * The outcomes of one slice's commands, in their order.
   *
   * @param sequence the slice's number at its origin
   */
  public record SliceOutcomes(long sequence, List<Outcome> outcomes) {}
}
