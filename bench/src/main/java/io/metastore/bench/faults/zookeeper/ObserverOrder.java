package io.metastore.bench.faults.zookeeper;

import io.metastore.bench.faults.zookeeper.Note.Disconnected;
import io.metastore.bench.faults.zookeeper.Note.Told;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Checks what a persistent watch of all znodes reported: each change once, with all other changes
 * of its revision, in order; and while the client stays connected, none is missing.
 */
final class ObserverOrder {
  private ObserverOrder() {}

  /** The violations found; empty if there are none. */
  static List<String> violations(Timeline timeline, SessionHistory history) {
    List<String> violations = new ArrayList<>();
    List<Told> connection = new ArrayList<>();
    long last = 0;
    for (Note note : history.notes()) {
      if (note instanceof Told told) {
        if (told.zxid() < last) {
          violations.add("after an event of zxid " + last + ": " + told);
        }
        last = told.zxid();
        connection.add(told);
      } else if (note instanceof Disconnected) {
        compare(timeline, connection, violations);
        connection.clear();
      }
    }
    compare(timeline, connection, violations);
    return violations;
  }

  /** All events of a connection, but those of its last zxid may be incomplete. */
  private static void compare(Timeline timeline, List<Told> connection, List<String> violations) {
    if (connection.isEmpty()) {
      return;
    }
    TreeMap<Long, Set<Told>> told = new TreeMap<>();
    for (Told event : connection) {
      if (!told.computeIfAbsent(event.zxid(), zxid -> new HashSet<>()).add(event)) {
        violations.add("told twice: " + event);
      }
    }
    long first = told.firstKey();
    long last = told.lastKey();
    if (timeline.hasGap(first - 1, last)) {
      return;
    }
    for (Map.Entry<Long, List<Change>> changes :
        timeline.changes().subMap(first, true, last, false).entrySet()) {
      Set<Told> expected = new HashSet<>();
      for (Change change : changes.getValue()) {
        expected.add(new Told(SessionOrder.type(change.kind()), change.path(), change.zxid()));
      }
      Set<Told> found = told.getOrDefault(changes.getKey(), Set.of());
      if (!found.equals(expected)) {
        violations.add("was told " + found + ", but there happened " + expected);
      }
    }
    for (long zxid : told.headMap(last).keySet()) {
      if (!timeline.changes().containsKey(zxid)) {
        violations.add("nothing happened, but it was told " + told.get(zxid));
      }
    }
  }
}
