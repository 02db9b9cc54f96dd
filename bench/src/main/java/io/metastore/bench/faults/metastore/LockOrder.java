package io.metastore.bench.faults.metastore;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks, by the clock of one process, that conflicting holders never hold a lock at the same time,
 * and that each token is larger than those of all earlier holders that conflict with it.
 */
final class LockOrder {
  private LockOrder() {}

  /** The violations found; empty if there are none. */
  static List<String> violations(Collection<Hold> holds) {
    List<String> violations = new ArrayList<>();
    Map<String, Before> locks = new HashMap<>();
    holds.stream()
        // A client that learned too late that it holds the lock never knew it.
        .filter(hold -> hold.fromNanos() - hold.untilNanos() < 0)
        .sorted(Comparator.comparingLong(Hold::fromNanos))
        .forEach(
            hold ->
                locks.computeIfAbsent(hold.lock(), name -> new Before()).follow(hold, violations));
    return violations;
  }

  /** The earlier holds, as far as they matter. */
  private static final class Before {
    private final Side exclusive = new Side();
    private final Side shared = new Side();

    void follow(Hold hold, List<String> violations) {
      exclusive.compare(hold, violations);
      if (hold.exclusive()) {
        shared.compare(hold, violations);
        exclusive.add(hold);
      } else {
        shared.add(hold);
      }
    }
  }

  private static final class Side {
    private @Nullable Hold longest;
    private @Nullable Hold newest;

    void compare(Hold hold, List<String> violations) {
      if (longest != null && longest.untilNanos() - hold.fromNanos() > 0) {
        violations.add("two holders at the same time: " + longest + " and " + hold);
      }
      if (newest != null && newest.token() >= hold.token()) {
        violations.add("token is not larger: " + newest + ", then " + hold);
      }
    }

    void add(Hold hold) {
      if (longest == null || longest.untilNanos() - hold.untilNanos() < 0) {
        longest = hold;
      }
      if (newest == null || newest.token() < hold.token()) {
        newest = hold;
      }
    }
  }
}
