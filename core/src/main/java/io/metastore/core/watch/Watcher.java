package io.metastore.core.watch;

import io.metastore.core.api.WatchEvent;
import io.metastore.core.api.WatchSpec;
import io.metastore.core.kv.KeyRange;
import java.util.ArrayList;
import java.util.List;

/** One watcher. Owned by the hub's thread. */
final class Watcher {
  /** Where a watcher's events come from. */
  enum State {
    /** From the apply thread, as they happen. */
    SYNCED,
    /** From the change log. */
    CATCHING_UP,
    /** From nowhere, until its stream has room. */
    PARKED
  }

  final long id;
  final HubStream stream;
  final WatchSpec spec;
  final KeyRange range;
  State state = State.PARKED;

  /** Every event below this revision was sent, or is not wanted. */
  long nextRevision;

  /** When something was last sent, in nanoseconds of the hub's clock. */
  long lastSentNanos;

  /** Events gathered for the message being made; bytes they take. */
  List<WatchEvent> gathered = new ArrayList<>();

  long gatheredBytes;

  Watcher(long id, HubStream stream, WatchSpec spec) {
    this.id = id;
    this.stream = stream;
    this.spec = spec;
    this.range = KeyRange.of(spec.key(), spec.rangeEnd());
  }

  boolean wants(WatchEvent.Kind kind) {
    return kind == WatchEvent.Kind.PUT ? spec.puts() : spec.deletes();
  }

  /** Adds an event to the message being made; true if it is the first. */
  boolean gather(WatchEvent event, long bytes) {
    gathered.add(
        spec.previous() || event.previous() == null
            ? event
            : new WatchEvent(event.kind(), event.current(), null));
    gatheredBytes += bytes;
    return gathered.size() == 1;
  }

  /** Ends the message being made. */
  List<WatchEvent> takeGathered() {
    List<WatchEvent> events = gathered;
    gathered = new ArrayList<>();
    gatheredBytes = 0;
    return events;
  }
}
