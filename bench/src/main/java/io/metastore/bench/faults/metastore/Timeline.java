package io.metastore.bench.faults.metastore;

import io.metastore.api.v1.Entry;
import io.metastore.api.v1.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Every change ever made to the store, in the order of revisions: what really happened. */
record Timeline(List<Step> steps) {
  Timeline {
    steps = List.copyOf(steps);
  }

  /** The changes of one revision. */
  record Step(long revision, List<Change> changes) {
    Step {
      changes = List.copyOf(changes);
    }

    void applyTo(SortedMap<String, Version> state) {
      for (Change change : changes) {
        if (change.version() == null) {
          state.remove(change.key());
        } else {
          state.put(change.key(), change.version());
        }
      }
    }
  }

  /**
   * The change of one key.
   *
   * @param version null if it was deleted
   */
  record Change(String key, @Nullable Version version) {}

  /** A version of a key. */
  record Version(String value, long createRevision, long modRevision) {}

  /** The part of it from this revision on. */
  Timeline from(long revision) {
    return new Timeline(steps.stream().filter(step -> step.revision() >= revision).toList());
  }

  /** The timeline of a watch's events, which must be in order. */
  static Timeline of(List<Event> events) {
    List<Step> steps = new ArrayList<>();
    List<Change> changes = new ArrayList<>();
    long revision = 0;
    for (Event event : events) {
      Entry entry = event.getEntry();
      if (entry.getModRevision() < revision) {
        throw new IllegalArgumentException(
            "revision %d was told after %d: %s"
                .formatted(entry.getModRevision(), revision, around(events, event)));
      }
      if (entry.getModRevision() > revision && !changes.isEmpty()) {
        steps.add(new Step(revision, changes));
        changes = new ArrayList<>();
      }
      revision = entry.getModRevision();
      changes.add(
          new Change(entry.getKey(), event.getKind() == Event.Kind.DELETE ? null : version(entry)));
    }
    if (!changes.isEmpty()) {
      steps.add(new Step(revision, changes));
    }
    return new Timeline(steps);
  }

  private static List<Event> around(List<Event> events, Event event) {
    int at = events.indexOf(event);
    return events.subList(Math.max(0, at - 3), Math.min(events.size(), at + 3));
  }

  private static Version version(Entry entry) {
    return new Version(
        entry.getValue().toStringUtf8(), entry.getCreateRevision(), entry.getModRevision());
  }
}
