package io.metastore.bench.faults.zookeeper;

import io.metastore.bench.faults.zookeeper.Change.Kind;
import io.metastore.bench.faults.zookeeper.Note.Answered;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * Checks that the writes of all sessions are linearizable in the order of their zxids: acknowledged
 * ones happened, entirely and once; refused ones had to be refused at some moment of the call; no
 * write has a smaller zxid than one that was answered before it began; and those of one session
 * happened in the order in which they were sent, also if the client does not know their outcome. A
 * read after a {@code sync} shows a state of the time between the two.
 */
final class WriteOrder {
  private final Timeline timeline;
  private final Tree tree;
  private final List<Answered> requests;
  private final List<String> violations = new ArrayList<>();
  private final Map<String, Answered> byId;

  /** The zxids of requests that took effect, by the request's ID, as far as they are known. */
  private final Map<String, Long> effects = new HashMap<>();

  private WriteOrder(Timeline timeline, Tree tree, Collection<SessionHistory> sessions) {
    this.timeline = timeline;
    this.tree = tree;
    this.requests = sessions.stream().flatMap(SessionHistory::answers).toList();
    this.byId =
        requests.stream()
            .collect(Collectors.toMap(answered -> answered.request().id(), each -> each));
  }

  /** Does all checks. */
  static WriteOrder of(Timeline timeline, Tree tree, Collection<SessionHistory> sessions) {
    WriteOrder order = new WriteOrder(timeline, tree, sessions);
    order.requests.forEach(order::findEffect);
    order.compareEffects();
    order.compareSessions();
    order.compareUnknown();
    order.compareTimes();
    return order;
  }

  /** The violations found; empty if there are none. */
  List<String> violations() {
    return Collections.unmodifiableList(violations);
  }

  /** The zxids of the writes that are known to have happened, by the ID of the request. */
  Map<String, Long> effects() {
    return Collections.unmodifiableMap(effects);
  }

  /** An answer tells the zxid of its own write, or of the write whose data was read. */
  private void findEffect(Answered answered) {
    Answer answer = answered.answer();
    Stat stat = answer.stat();
    if (answer.zxid() != 0) {
      addEffect(answered.request().id(), answer.zxid(), answered);
    } else if (stat != null && byId.containsKey(answer.data())) {
      addEffect(answer.data(), stat.getMzxid(), answered);
    }
  }

  private void addEffect(String id, long zxid, Answered witness) {
    Long known = effects.putIfAbsent(id, zxid);
    if (known != null && known != zxid) {
      violations.add(id + " took effect twice, at zxid " + known + " and " + zxid + ": " + witness);
    }
  }

  /** Each write that took effect consists of all its steps, and nothing else has its zxid. */
  private void compareEffects() {
    Map<Long, String> owners = new HashMap<>();
    effects.forEach(
        (id, zxid) -> {
          Answered answered = Objects.requireNonNull(byId.get(id));
          String other = owners.put(zxid, id);
          if (other != null) {
            violations.add("both " + other + " and " + id + " have zxid " + zxid);
          }
          if (answered.answer().isRefusal() || answered.answer().isNoSpace()) {
            violations.add("was refused, but took effect at zxid " + zxid + ": " + answered);
          }
          Set<Change> found = new HashSet<>(timeline.changes().getOrDefault(zxid, List.of()));
          if (timeline.covers(zxid) && !found.equals(changes(answered, zxid, found))) {
            violations.add("at zxid " + zxid + " happened " + found + ", not " + answered);
          }
        });
  }

  private static Set<Change> changes(Answered answered, long zxid, Set<Change> found) {
    Set<Change> changes = new HashSet<>();
    for (Step step : answered.request().steps()) {
      Kind kind = kind(step);
      if (step.kind() == Step.Kind.CREATE_IN_SEQUENCE) {
        found.stream()
            .filter(change -> change.kind() == kind && change.path().startsWith(step.path()))
            .limit(1)
            .forEach(changes::add);
      } else if (kind != null) {
        changes.add(new Change(zxid, kind, step.path()));
      }
    }
    return changes;
  }

  /** The writes of a session, in the order in which they were sent. */
  private void compareSessions() {
    Map<Long, TreeMap<Integer, Long>> sessions = new HashMap<>();
    effects.forEach(
        (id, zxid) -> {
          Request request = Objects.requireNonNull(byId.get(id)).request();
          sessions
              .computeIfAbsent(request.session(), any -> new TreeMap<>())
              .put(request.number(), zxid);
        });
    sessions.forEach(
        (session, zxids) -> {
          long last = 0;
          for (Map.Entry<Integer, Long> entry : zxids.entrySet()) {
            if (entry.getValue() <= last) {
              violations.add(
                  "session %x: request %d took effect at zxid %d, although an earlier one did at %d"
                      .formatted(session, entry.getKey(), entry.getValue(), last));
            }
            last = Math.max(last, entry.getValue());
          }
        });
  }

  /** Changes that no answer explains, by path and kind, are at most the requests without answer. */
  private void compareUnknown() {
    Map<String, Integer> open = new TreeMap<>();
    Set<Long> explained = new HashSet<>(effects.values());
    timeline.changes().values().stream()
        .flatMap(List::stream)
        .filter(change -> !explained.contains(change.zxid()) && isOfClients(change))
        .forEach(change -> open.merge(change.kind() + " " + change.path(), 1, Integer::sum));
    for (Answered answered : requests) {
      Answer answer = answered.answer();
      boolean maybe = answer.isUnknown() || (answer.isOk() && answer.zxid() == 0);
      if (maybe && !effects.containsKey(answered.request().id())) {
        for (Step step : answered.request().steps()) {
          open.computeIfPresent(kind(step) + " " + step.path(), (what, count) -> count - 1);
        }
      }
    }
    open.forEach(
        (what, count) -> {
          if (count > 0) {
            violations.add(count + " times, no request explains " + what);
          }
        });
  }

  /** Ephemeral znodes are also deleted with their sessions, and some have other names. */
  private boolean isOfClients(Change change) {
    return !tree.isEphemeral(change.path()) && !isPartOfSkeleton(change);
  }

  private boolean isPartOfSkeleton(Change change) {
    return change.kind() != Kind.SET && tree.skeleton().contains(change.path());
  }

  /** What a step does to its znode; null if nothing. */
  private static @Nullable Kind kind(Step step) {
    return switch (step.kind()) {
      case CREATE, CREATE_EPHEMERAL, CREATE_IN_SEQUENCE -> Kind.CREATED;
      case SET -> Kind.SET;
      case DELETE -> Kind.DELETED;
      case CHECK -> null;
    };
  }

  /** Compares each call with the writes that had been answered when it began. */
  private void compareTimes() {
    List<Answered> known =
        requests.stream().filter(answered -> answered.answer().zxid() != 0).toList();
    List<Answered> byEnd = new ArrayList<>(known);
    byEnd.sort(Comparator.comparingLong(answered -> answered.answer().endNanos()));
    List<Answered> all = new ArrayList<>(requests);
    all.sort(Comparator.comparingLong(answered -> answered.request().startNanos()));
    NavigableMap<Long, Long> smallest = smallestFrom(known);
    int ended = 0;
    long newest = 0;
    for (Answered answered : all) {
      while (ended < byEnd.size()
          && byEnd.get(ended).answer().endNanos() < answered.request().startNanos()) {
        newest = Math.max(newest, byEnd.get(ended++).answer().zxid());
      }
      Map.Entry<Long, Long> later = smallest.higherEntry(answered.answer().endNanos());
      compareTime(answered, newest, later == null ? Timeline.NEVER : later.getValue());
    }
  }

  /** The smallest zxid of the writes that began at a time or later, by that time. */
  private static NavigableMap<Long, Long> smallestFrom(List<Answered> writes) {
    NavigableMap<Long, Long> smallest = new TreeMap<>();
    writes.forEach(
        write -> smallest.merge(write.request().startNanos(), write.answer().zxid(), Math::min));
    long least = Timeline.NEVER;
    for (Map.Entry<Long, Long> entry : smallest.descendingMap().entrySet()) {
      least = Math.min(least, entry.getValue());
      entry.setValue(least);
    }
    return smallest;
  }

  private void compareTime(Answered answered, long newest, long later) {
    Request request = answered.request();
    Answer answer = answered.answer();
    Stat stat = answer.stat();
    long first;
    if (request.kind() == Request.Kind.WRITE && answer.isRefusal()) {
      first = Changes.firstRefusal(timeline, request.steps(), newest);
    } else if (request.kind() == Request.Kind.WRITE && answer.zxid() != 0) {
      first = answer.zxid() > newest ? answer.zxid() : Timeline.NEVER;
    } else if (answer.synced() && answer.isRefusal()) {
      first = Changes.firstAbsence(timeline, request.path(), newest);
    } else if (answer.synced() && stat != null) {
      boolean children = request.kind() == Request.Kind.CHILDREN;
      long shown = children ? stat.getPzxid() : stat.getMzxid();
      long next =
          children
              ? timeline.nextOfChildren(request.path(), shown)
              : timeline.next(request.path(), shown);
      first = next > newest ? shown : Timeline.NEVER;
    } else {
      return;
    }
    if (first >= later) {
      violations.add(
          "after an answer of zxid %d%s: %s"
              .formatted(
                  newest,
                  later == Timeline.NEVER ? "" : " and before a call of zxid " + later,
                  answered));
    }
  }
}
