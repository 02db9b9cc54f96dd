package io.metastore.bench.faults.etcd;

import io.metastore.bench.faults.etcd.Journal.Snapshot;
import io.metastore.bench.linearizable.Operation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Compares the calls with the changes that a watch reported: each acknowledged write is there at
 * its revision, each change belongs to one call, each read that names its revision has found the
 * state at that revision, and revisions respect the order of calls in time.
 */
final class HistoryCheck {
  private final List<String> violations = new ArrayList<>();
  private final Map<String, Operation<Request, Answer>> byId = new HashMap<>();
  private final Set<String> effective = new HashSet<>();

  private HistoryCheck(Collection<Operation<Request, Answer>> operations) {
    operations.forEach(operation -> byId.put(operation.request().id(), operation));
  }

  /**
   * The violations found; empty if there are none.
   *
   * @param changes all changes since the first call, in order
   */
  static List<String> violations(
      List<Change> changes,
      Collection<Operation<Request, Answer>> operations,
      Collection<Snapshot> snapshots) {
    HistoryCheck check = new HistoryCheck(operations);
    NavigableMap<Long, List<Change>> revisions = new TreeMap<>();
    for (Change change : changes) {
      revisions.computeIfAbsent(change.revision(), revision -> new ArrayList<>()).add(change);
    }
    check.compareVersions(changes);
    check.attribute(revisions);
    check.findLostWrites(revisions);
    check.compareReads(revisions, snapshots);
    check.compareTimes(operations);
    return check.violations;
  }

  /** The creation revisions and versions follow from the changes before. */
  private void compareVersions(List<Change> changes) {
    Map<String, Change> state = new HashMap<>();
    for (Change change : changes) {
      Change before = state.get(change.key());
      if (change.value() == null) {
        if (state.remove(change.key()) == null) {
          violations.add("a key that did not exist was deleted: " + change);
        }
        continue;
      }
      long created = before == null ? change.revision() : before.createRevision();
      long version = before == null ? 1 : before.version() + 1;
      if (change.createRevision() != created || change.version() != version) {
        violations.add("after " + before + " came " + change);
      }
      state.put(change.key(), change);
    }
  }

  /** Each revision that puts a client's value consists of all writes of that call. */
  private void attribute(Map<Long, List<Change>> revisions) {
    revisions.forEach(
        (revision, changes) -> {
          Set<String> ids = new HashSet<>();
          for (Change change : changes) {
            if (change.value() != null && !change.key().startsWith(LeaseHolder.PREFIX)) {
              ids.add(change.value());
            }
          }
          if (!ids.isEmpty()) {
            attribute(revision, changes, ids);
          }
        });
  }

  private void attribute(long revision, List<Change> changes, Set<String> ids) {
    Operation<Request, Answer> operation = ids.size() == 1 ? byId.get(ids.iterator().next()) : null;
    if (operation == null) {
      violations.add("revision " + revision + " does not belong to one call: " + changes);
      return;
    }
    Request request = operation.request();
    if (!effective.add(request.id())) {
      violations.add("took effect twice, again at revision " + revision + ": " + request);
    }
    boolean same =
        changes.stream()
            .allMatch(
                change ->
                    request.writes().containsKey(change.key())
                        && Objects.equals(request.writes().get(change.key()), change.value()));
    long puts = request.writes().values().stream().filter(Objects::nonNull).count();
    if (!same || changes.stream().filter(change -> change.value() != null).count() != puts) {
      violations.add("revision " + revision + " is " + changes + " of " + request);
    }
    Answer answer = operation.answer();
    if (answer != null && (!answer.succeeded() || answer.revision() != revision)) {
      violations.add("took effect at revision " + revision + ": " + operation);
    }
  }

  private void findLostWrites(Map<Long, List<Change>> revisions) {
    for (Operation<Request, Answer> operation : byId.values()) {
      Request request = operation.request();
      Answer answer = operation.answer();
      if (answer == null || !answer.succeeded()) {
        continue;
      }
      request
          .writes()
          .forEach(
              (key, value) -> {
                boolean changed = value != null || answer.before().containsKey(key);
                boolean found =
                    revisions.getOrDefault(answer.revision(), List.of()).stream()
                        .anyMatch(
                            change ->
                                change.key().equals(key) && Objects.equals(change.value(), value));
                if (changed && !found) {
                  violations.add("an acknowledged write of " + key + " is lost: " + operation);
                }
              });
    }
  }

  /** Reads at a revision, in the order of revisions, beside a replay of the changes. */
  private void compareReads(
      NavigableMap<Long, List<Change>> revisions, Collection<Snapshot> snapshots) {
    List<Snapshot> reads = new ArrayList<>(snapshots);
    for (Operation<Request, Answer> operation : byId.values()) {
      Request request = operation.request();
      Answer answer = operation.answer();
      if (answer != null && (request.isReadOnly() || !answer.succeeded())) {
        reads.add(new Snapshot(answer.revision(), request.keys(), answer.before()));
      }
    }
    reads.sort(Comparator.comparingLong(Snapshot::revision));
    Map<String, String> state = new HashMap<>();
    long applied = Long.MIN_VALUE;
    for (Snapshot read : reads) {
      if (read.revision() > applied) {
        revisions
            .subMap(applied, false, read.revision(), true)
            .values()
            .forEach(changes -> changes.forEach(change -> apply(change, state)));
        applied = read.revision();
      }
      for (String key : keys(read, state)) {
        if (!Objects.equals(state.get(key), read.found().get(key))) {
          violations.add("the state of %s was %s: %s".formatted(key, state.get(key), read));
        }
      }
    }
  }

  private static Set<String> keys(Snapshot read, Map<String, String> state) {
    if (read.keys() != null) {
      return read.keys();
    }
    Set<String> all = new HashSet<>(state.keySet());
    all.addAll(read.found().keySet());
    return all;
  }

  private static void apply(Change change, Map<String, String> state) {
    if (change.value() == null) {
      state.remove(change.key());
    } else {
      state.put(change.key(), change.value());
    }
  }

  /** A call that began after another one's answer has at least its revision, on whichever keys. */
  private void compareTimes(Collection<Operation<Request, Answer>> operations) {
    List<Operation<Request, Answer>> byStart =
        operations.stream()
            .filter(operation -> operation.answer() != null)
            .sorted((a, b) -> Long.signum(a.startNanos() - b.startNanos()))
            .toList();
    List<Operation<Request, Answer>> byEnd = new ArrayList<>(byStart);
    byEnd.sort((a, b) -> Long.signum(a.endNanos() - b.endNanos()));
    int ended = 0;
    Operation<Request, Answer> newest = null;
    for (Operation<Request, Answer> operation : byStart) {
      for (; byEnd.get(ended).endNanos() - operation.startNanos() < 0; ended++) {
        if (newest == null || revision(byEnd.get(ended)) > revision(newest)) {
          newest = byEnd.get(ended);
        }
      }
      if (newest != null && revision(operation) < revision(newest)) {
        violations.add(operation + " began after the answer to " + newest);
      }
    }
  }

  private static long revision(Operation<Request, Answer> operation) {
    Answer answer = operation.answer();
    return answer == null ? 0 : answer.revision();
  }
}
