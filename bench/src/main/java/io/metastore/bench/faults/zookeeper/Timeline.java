package io.metastore.bench.faults.zookeeper;

import io.metastore.bench.faults.zookeeper.Change.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All changes of the znodes in the order of their zxids, as watches of the members reported them.
 * If all members were down at the same time, there are gaps; after a gap, the state of a znode is
 * unknown until it changes again.
 */
final class Timeline {
  /** Nothing changes later. */
  static final long NEVER = Long.MAX_VALUE;

  static final int UNKNOWN_VERSION = -1;

  private final NavigableMap<Long, List<Change>> changes = new TreeMap<>();
  private final Map<Long, Long> arrivals = new HashMap<>();
  private final List<Gap> gaps = new ArrayList<>();
  private final Map<String, NavigableMap<Long, State>> nodes = new HashMap<>();
  private final Map<String, NavigableSet<Long>> childChanges = new HashMap<>();
  private final Map<String, Set<String>> everChildren = new HashMap<>();

  /**
   * What one watch reported without interruption.
   *
   * @param from all changes after this zxid are in it
   * @param to and all changes up to this one
   * @param arrivals when the changes of a zxid arrived, by {@code System.nanoTime}
   */
  record Span(
      String watch, long from, long to, Collection<Change> changes, Map<Long, Long> arrivals) {

    /** The same without what happened after a zxid. */
    Span upTo(long last) {
      List<Change> kept = changes.stream().filter(change -> change.zxid() <= last).toList();
      return new Span(watch, Math.min(from, last), Math.min(to, last), kept, arrivals);
    }
  }

  /** No watch reported the changes after {@code from}, up to and including {@code to}. */
  private record Gap(long from, long to) {}

  /**
   * The state of a znode.
   *
   * @param presence whether it exists
   * @param created the zxid of its creation; 0 if unknown
   * @param modified the zxid of the last change of its data
   * @param version -1 if unknown
   */
  record State(Presence presence, long created, long modified, int version) {
    static final State ABSENT = new State(Presence.ABSENT, 0, 0, UNKNOWN_VERSION);
    static final State UNKNOWN = new State(Presence.UNKNOWN, 0, 0, UNKNOWN_VERSION);

    boolean exists() {
      return presence == Presence.EXISTS;
    }

    boolean isAbsent() {
      return presence == Presence.ABSENT;
    }

    boolean isUnknown() {
      return presence == Presence.UNKNOWN;
    }
  }

  /** Whether a znode exists. */
  enum Presence {
    EXISTS,
    ABSENT,
    UNKNOWN
  }

  /**
   * Merges what the watches reported.
   *
   * @param spans nothing existed before the first one begins
   * @param violations receives a message for each zxid of which watches reported different changes
   */
  Timeline(Collection<Span> spans, Collection<String> violations) {
    for (Span span : spans) {
      for (Change change : span.changes()) {
        List<Change> known = changes.computeIfAbsent(change.zxid(), zxid -> new ArrayList<>());
        if (!known.contains(change)) {
          known.add(change);
        }
      }
      span.arrivals().forEach((zxid, nanos) -> arrivals.merge(zxid, nanos, Math::min));
    }
    for (Span span : spans) {
      Set<Change> reported = new HashSet<>(span.changes());
      changes.subMap(span.from(), false, Math.max(span.from(), span.to()), true).values().stream()
          .flatMap(List::stream)
          .filter(change -> !reported.contains(change))
          .forEach(change -> violations.add(span.watch() + " was not told of " + change));
    }
    findGaps(spans);
    changes.values().forEach(together -> together.forEach(this::follow));
  }

  private void findGaps(Collection<Span> spans) {
    List<Span> ordered = new ArrayList<>(spans);
    ordered.sort(Comparator.comparingLong(Span::from));
    long covered = ordered.isEmpty() ? 0 : ordered.get(0).from();
    for (Span span : ordered) {
      if (span.from() > covered) {
        gaps.add(new Gap(covered, span.from()));
      }
      covered = Math.max(covered, span.to());
    }
  }

  private void follow(Change change) {
    String path = change.path();
    State before = at(path, change.zxid() - 1);
    State after =
        switch (change.kind()) {
          case CREATED -> new State(Presence.EXISTS, change.zxid(), change.zxid(), 0);
          case SET ->
              new State(
                  Presence.EXISTS,
                  before.created(),
                  change.zxid(),
                  before.version() == UNKNOWN_VERSION ? UNKNOWN_VERSION : before.version() + 1);
          case DELETED -> State.ABSENT;
        };
    nodes.computeIfAbsent(path, any -> new TreeMap<>()).put(change.zxid(), after);
    if (change.kind() != Kind.SET) {
      String parent = parent(path);
      childChanges.computeIfAbsent(parent, any -> new TreeSet<>()).add(change.zxid());
      everChildren.computeIfAbsent(parent, any -> new HashSet<>()).add(path);
    }
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(1, path.lastIndexOf('/')));
  }

  /** All changes by zxid. */
  NavigableMap<Long, List<Change>> changes() {
    return Collections.unmodifiableNavigableMap(changes);
  }

  /** The state of a znode after all changes up to this zxid. */
  State at(String path, long zxid) {
    NavigableMap<Long, State> states = nodes.get(path);
    Map.Entry<Long, State> last = states == null ? null : states.floorEntry(zxid);
    if (hasGap(last == null ? 0 : last.getKey(), zxid)) {
      return State.UNKNOWN;
    }
    return last == null ? State.ABSENT : last.getValue();
  }

  /** The zxid of the next change of a znode; {@link #NEVER} if there is none. */
  long next(String path, long after) {
    Long next = nodes.getOrDefault(path, new TreeMap<>()).higherKey(after);
    return next == null ? NEVER : next;
  }

  /** The zxid of the next creation or deletion of a child; {@link #NEVER} if there is none. */
  long nextOfChildren(String parent, long after) {
    Long next = childChanges.getOrDefault(parent, new TreeSet<>()).higher(after);
    return next == null ? NEVER : next;
  }

  /** The paths of all znodes that were a child of this one at some time. */
  Set<String> everChildren(String parent) {
    return everChildren.getOrDefault(parent, Set.of());
  }

  /** Whether some changes after {@code from} up to {@code to} may be unknown. */
  boolean hasGap(long from, long to) {
    return gaps.stream().anyMatch(gap -> gap.from() < to && gap.to() > from);
  }

  /** The first zxid from {@code from} on that is in a gap; {@link #NEVER} if there is none. */
  long firstUnknown(long from) {
    return gaps.stream()
        .filter(gap -> gap.to() >= from)
        .mapToLong(gap -> Math.max(from, gap.from() + 1))
        .min()
        .orElse(NEVER);
  }

  /** Whether the changes of this zxid are known. */
  boolean covers(long zxid) {
    return !hasGap(zxid - 1, zxid);
  }

  /** When the first watch reported the changes of a zxid; null if none did. */
  @Nullable Long arrivalNanos(long zxid) {
    return arrivals.get(zxid);
  }
}
