package io.metastore.bench.faults.metastore;

import io.metastore.bench.faults.metastore.Attempt.Fence;
import io.metastore.bench.faults.metastore.Timeline.Change;
import io.metastore.bench.faults.metastore.Timeline.Step;
import io.metastore.bench.faults.metastore.Timeline.Version;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Checks that every change made under a fence happened while the lock was held with that token.
 *
 * <p>The holders are computed independently, from the places that were created and deleted and from
 * the rule of the queue: a place holds the lock from when no earlier place conflicts with it, until
 * it is deleted or its owner expires.
 */
final class FenceOrder {
  private final Modes modes;
  private final List<String> violations = new ArrayList<>();

  /** The places of each lock by token. */
  private final Map<String, TreeMap<Long, Place>> queues = new HashMap<>();

  private record Place(String key, boolean exclusive, boolean delayed, boolean held) {}

  /** The mode in which each client wants a lock. */
  interface Modes {
    /** Whether the client wants the lock exclusively. */
    boolean exclusive(String lock, long client);
  }

  private FenceOrder(Modes modes) {
    this.modes = modes;
  }

  /**
   * The violations found; empty if there are none.
   *
   * @param directory the parent of all locks
   * @param guarded the directory where everything is written under a fence
   */
  static List<String> violations(
      Timeline timeline,
      Collection<Attempt> attempts,
      Modes modes,
      String directory,
      String guarded) {
    FenceOrder order = new FenceOrder(modes);
    Map<String, Attempt> byId =
        attempts.stream().collect(Collectors.toMap(Attempt::id, attempt -> attempt));
    for (Step step : timeline.steps()) {
      for (Change change : step.changes()) {
        Version version = change.version();
        Attempt attempt = version == null ? null : byId.get(version.value());
        if (attempt != null && attempt.fence() != null) {
          order.compare(step.revision(), attempt, attempt.fence());
        } else if (change.key().startsWith(guarded + "/")) {
          order.violations.add("write without a fence, at " + step.revision() + ": " + change);
        }
      }
      for (Change change : step.changes()) {
        if (change.key().startsWith(directory + "/")) {
          order.follow(step.revision(), change);
        }
      }
      order.queues.values().forEach(FenceOrder::grant);
    }
    return order.violations;
  }

  private void compare(long revision, Attempt attempt, Fence fence) {
    if (!isHeld(fence)) {
      violations.add(
          "at "
              + revision
              + " the lock was not held with this token, "
              + queues.get(fence.lock())
              + attempt);
    }
  }

  private boolean isHeld(Fence fence) {
    Place place = queues.getOrDefault(fence.lock(), new TreeMap<>()).get(fence.token());
    return place != null && place.held();
  }

  /** A place that no longer has to wait for an earlier one holds the lock, and keeps it. */
  private static void grant(SortedMap<Long, Place> queue) {
    boolean first = true;
    for (Map.Entry<Long, Place> entry : queue.entrySet()) {
      Place place = entry.getValue();
      if (place.delayed() || (place.exclusive() && !first)) {
        return;
      }
      entry.setValue(new Place(place.key(), place.exclusive(), false, true));
      if (place.exclusive()) {
        return;
      }
      first = false;
    }
  }

  private void follow(long revision, Change change) {
    int slash = change.key().lastIndexOf('/');
    String lock = change.key().substring(0, slash);
    TreeMap<Long, Place> queue = queues.computeIfAbsent(lock, name -> new TreeMap<>());
    Version version = change.version();
    if (version == null) {
      queue.values().removeIf(place -> place.key().equals(change.key()));
      return;
    }
    long client = Long.parseUnsignedLong(change.key().substring(slash + 1), 16);
    // If the key was written again, its owner is gone, and it exists only for the lock-delay.
    boolean delayed = version.createRevision() < revision;
    queue.put(
        version.createRevision(),
        new Place(change.key(), modes.exclusive(lock, client), delayed, false));
  }
}
