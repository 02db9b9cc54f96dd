package io.metastore.bench.faults.metastore;

import io.metastore.bench.faults.metastore.Attempt.Outcome;
import io.metastore.bench.faults.metastore.Attempt.Read;
import io.metastore.bench.faults.metastore.Attempt.Seen;
import io.metastore.bench.faults.metastore.Timeline.Change;
import io.metastore.bench.faults.metastore.Timeline.Step;
import io.metastore.bench.faults.metastore.Timeline.Version;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checks that transactions were strictly serializable in the order of their revisions.
 *
 * <p>The history is replayed in that order. Each revision must consist of all writes of exactly one
 * attempt that may have succeeded, and no attempt may appear twice. What that attempt read (values,
 * ranges, missing keys) must equal the state just before it. Every other read must equal the state
 * at its revision. An attempt that began after another one's reply must have seen that one's
 * effects, or come later.
 */
final class SerialOrder {
  private final List<String> violations = new ArrayList<>();
  private final Map<String, Attempt> attempts = new HashMap<>();
  private final Map<String, Long> revisions = new HashMap<>();
  private final TreeMap<String, Version> state = new TreeMap<>();

  private SerialOrder() {}

  /**
   * The violations found; empty if there are none.
   *
   * @param directories the directories where only the attempts write
   */
  static List<String> violations(
      Timeline timeline, Collection<Attempt> attempts, List<String> directories) {
    SerialOrder order = new SerialOrder();
    attempts.forEach(attempt -> order.attempts.put(attempt.id(), attempt));
    order.replay(timeline, directories);
    order.compareAnswers();
    order.compareTimes();
    return order.violations;
  }

  private void replay(Timeline timeline, List<String> directories) {
    List<Attempt> readers =
        attempts.values().stream()
            .filter(attempt -> attempt.snapshot() > 0)
            .sorted(Comparator.comparingLong(Attempt::snapshot))
            .toList();
    int next = 0;
    for (Step step : timeline.steps()) {
      for (; next < readers.size() && readers.get(next).snapshot() < step.revision(); next++) {
        compareReads(readers.get(next), "at its snapshot");
      }
      List<Change> changes =
          step.changes().stream().filter(change -> isBelow(directories, change.key())).toList();
      if (!changes.isEmpty()) {
        attribute(step.revision(), changes);
      }
      step.applyTo(state);
    }
    for (; next < readers.size(); next++) {
      compareReads(readers.get(next), "at its snapshot");
    }
  }

  private static boolean isBelow(List<String> directories, String key) {
    return directories.stream().anyMatch(directory -> key.startsWith(directory + "/"));
  }

  private void attribute(long revision, List<Change> changes) {
    Set<String> ids = new HashSet<>();
    for (Change change : changes) {
      if (change.version() != null) {
        ids.add(change.version().value());
      }
    }
    String id = ids.size() == 1 ? ids.iterator().next() : null;
    Attempt attempt = id == null ? null : attempts.get(id);
    if (attempt == null) {
      violations.add("revision " + revision + " does not belong to a single attempt: " + changes);
      return;
    }
    Long before = revisions.putIfAbsent(attempt.id(), revision);
    if (before != null) {
      violations.add("committed twice, at " + before + " and " + revision + ": " + attempt);
    }
    if (attempt.outcome() == Outcome.NOT_DONE) {
      violations.add("reported as failed, but committed at " + revision + ": " + attempt);
    }
    if (attempt.snapshot() >= revision) {
      violations.add("committed at " + revision + ", before its snapshot: " + attempt);
    }
    if (!effect(attempt).equals(effect(changes))) {
      violations.add("revision " + revision + " was " + changes + " of " + attempt);
    }
    compareReads(attempt, "at its commit " + revision);
  }

  /** The effect of the attempt on the current state; deleting a missing key has none. */
  private Map<String, @Nullable String> effect(Attempt attempt) {
    Map<String, @Nullable String> effect = new HashMap<>();
    attempt
        .writes()
        .forEach(
            (key, value) -> {
              if (value != null || state.containsKey(key)) {
                effect.put(key, value);
              }
            });
    return effect;
  }

  private static Map<String, @Nullable String> effect(List<Change> changes) {
    Map<String, @Nullable String> effect = new HashMap<>();
    for (Change change : changes) {
      effect.put(change.key(), change.version() == null ? null : change.version().value());
    }
    return effect;
  }

  private void compareReads(Attempt attempt, String when) {
    for (Read read : attempt.reads()) {
      Map<String, Seen> there =
          state.subMap(read.from(), read.to()).entrySet().stream()
              .collect(Collectors.toMap(Map.Entry::getKey, entry -> seen(entry.getValue(), read)));
      if (!there.equals(read.found())) {
        violations.add("wrong read " + when + ", the state was " + there + ": " + attempt);
      }
    }
  }

  private static Seen seen(Version version, Read read) {
    return new Seen(version.modRevision(), read.withValues() ? version.value() : "");
  }

  private void compareAnswers() {
    for (Attempt attempt : attempts.values()) {
      if (attempt.outcome() == Outcome.DONE
          && !attempt.writes().isEmpty()
          && !revisions.containsKey(attempt.id())) {
        violations.add("reported as committed, but has no revision: " + attempt);
      }
    }
  }

  private void compareTimes() {
    List<Attempt> answered =
        attempts.values().stream()
            .filter(attempt -> attempt.outcome() == Outcome.DONE)
            .filter(attempt -> revisions.containsKey(attempt.id()))
            .sorted(Comparator.comparingLong(Attempt::endNanos))
            .toList();
    List<Attempt> begun =
        attempts.values().stream().sorted(Comparator.comparingLong(Attempt::startNanos)).toList();
    long known = 0;
    int next = 0;
    for (Attempt attempt : begun) {
      for (;
          next < answered.size() && answered.get(next).endNanos() - attempt.startNanos() < 0;
          next++) {
        known = Math.max(known, revisions.getOrDefault(answered.get(next).id(), 0L));
      }
      if (attempt.snapshot() > 0 && attempt.snapshot() < known) {
        violations.add("stale read: began when revision " + known + " was known: " + attempt);
      }
      Long revision = revisions.get(attempt.id());
      if (revision != null && revision <= known) {
        violations.add(
            "began when revision "
                + known
                + " was known, but committed at "
                + revision
                + ": "
                + attempt);
      }
    }
  }
}
