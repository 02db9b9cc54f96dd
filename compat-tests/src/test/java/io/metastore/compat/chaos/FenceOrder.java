package io.metastore.compat.chaos;

import io.metastore.compat.chaos.Attempt.Fence;
import io.metastore.compat.chaos.Timeline.Change;
import io.metastore.compat.chaos.Timeline.Step;
import io.metastore.compat.chaos.Timeline.Version;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Checks that what was done under a fence was done while that lock was held with that token.
 *
 * <p>Who holds is found out anew, from the places that came and went and the rule of the queue: a
 * place is held from when no earlier one conflicts with it, until it is gone or its owner expires.
 */
final class FenceOrder {
  private final Modes modes;
  private final List<String> violations = new ArrayList<>();

  /** Places by token, of each lock. */
  private final Map<String, TreeMap<Long, Place>> queues = new HashMap<>();

  private record Place(String key, boolean exclusive, boolean delayed, boolean held) {}

  /** Who wanted what. */
  interface Modes {
    /** Whether the client wants the lock for itself alone. */
    boolean exclusive(String lock, long client);
  }

  private FenceOrder(Modes modes) {
    this.modes = modes;
  }

  /**
   * What is wrong; empty if nothing is.
   *
   * @param directory the parent of all locks
   * @param guarded where nothing is written without a fence
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
          order.violations.add("without a fence, at " + step.revision() + ": " + change);
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
          "at " + revision + " the lock was not held so, " + queues.get(fence.lock()) + attempt);
    }
  }

  private boolean isHeld(Fence fence) {
    Place place = queues.getOrDefault(fence.lock(), new TreeMap<>()).get(fence.token());
    return place != null && place.held();
  }

  /** Whoever need not wait for an earlier place any more holds the lock, and goes on to. */
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
    // Written anew, it has lost its owner, and is only there for the lock-delay.
    boolean delayed = version.createRevision() < revision;
    queue.put(
        version.createRevision(),
        new Place(change.key(), modes.exclusive(lock, client), delayed, false));
  }
}
