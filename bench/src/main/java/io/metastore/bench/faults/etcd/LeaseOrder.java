package io.metastore.bench.faults.etcd;

import io.metastore.bench.faults.etcd.Journal.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Checks the ends of leases: none earlier than promised unless it was revoked, all keys of a lease
 * in one revision, and no key of a lease after its end.
 */
final class LeaseOrder {
  private LeaseOrder() {}

  /**
   * The violations found; empty if there are none.
   *
   * @param changes all changes, in order
   * @param arrivals when the changes of a revision were known, by {@code System.nanoTime}
   */
  static List<String> violations(
      List<Change> changes, Map<Long, Long> arrivals, Map<Long, Promise> promises) {
    List<String> violations = new ArrayList<>();
    Map<String, Long> leases = new HashMap<>();
    Set<Long> ended = new HashSet<>();
    Map<Long, List<Change>> revisions = new LinkedHashMap<>();
    for (Change change : changes) {
      if (change.key().startsWith(LeaseHolder.PREFIX)) {
        revisions.computeIfAbsent(change.revision(), revision -> new ArrayList<>()).add(change);
      }
    }
    revisions.forEach(
        (revision, together) -> {
          Set<Long> ending = new HashSet<>();
          for (Change change : together) {
            if (change.value() != null) {
              leases.put(change.key(), change.lease());
              if (ended.contains(change.lease())) {
                violations.add("a key was put with a lease that had ended: " + change);
              }
              continue;
            }
            Long lease = leases.remove(change.key());
            if (lease != null) {
              ending.add(lease);
            }
          }
          for (long lease : ending) {
            ended.add(lease);
            if (leases.containsValue(lease)) {
              violations.add("revision " + revision + " has only some keys of lease " + lease);
            }
            Promise promise = promises.get(lease);
            long earlyNanos =
                promise == null || promise.revoked()
                    ? 0
                    : promise.untilNanos() - arrivals.getOrDefault(revision, promise.untilNanos());
            if (earlyNanos > 0) {
              violations.add(
                  "lease %d ended at revision %d, at least %d ms early"
                      .formatted(lease, revision, TimeUnit.NANOSECONDS.toMillis(earlyNanos)));
            }
          }
        });
    return violations;
  }
}
