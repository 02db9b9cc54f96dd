package io.metastore.core.watch;

import io.metastore.core.api.WatchEvent;
import io.metastore.core.api.WatchSpec;
import io.metastore.core.kv.KeyRange;
import java.util.ArrayList;
import java.util.List;

/** One watcher. Owned by the hub's thread. */
final class Watcher {
  /** Where a watcher's events currently come from. */
  enum State {
    /** From the apply thread, when they happen. */
    SYNCED,
    /** From the change log. */
    CATCHING_UP,
    /** Nowhere, until its stream's queue has room. */
    PARKED
  }

  final long id;
  final HubStream stream;
  final WatchSpec spec;
  final KeyRange range;
  State state = State.PARKED;

  /** All events below this revision were sent or are not wanted. */
  long nextRevision;

  /** When a message was last sent, by {@link System#nanoTime}. */
  long lastSentNanos;

  /** Events gathered for the next message. */
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

  /** Adds an event to the next message; true if it is the first. */
  boolean gather(WatchEvent event, long bytes) {
    gathered.add(
        spec.previous() || event.previous() == null
            ? event
            : new WatchEvent(event.kind(), event.current(), null));
    gatheredBytes += bytes;
    return gathered.size() == 1;
  }

  /** The revision of the last gathered event; 0 if there is none. */
  long lastGatheredRevision() {
    return gathered.isEmpty() ? 0 : gathered.get(gathered.size() - 1).current().modRevision();
  }

  /** Returns the gathered events and starts the next message. */
  List<WatchEvent> takeGathered() {
    List<WatchEvent> events = gathered;
    gathered = new ArrayList<>();
    gatheredBytes = 0;
    return events;
  }
}
