package io.metastore.bench.faults.zookeeper;

import io.metastore.bench.faults.zookeeper.Change.Kind;
import io.metastore.bench.faults.zookeeper.Note.Answered;
import io.metastore.bench.faults.zookeeper.Note.Told;
import io.metastore.bench.faults.zookeeper.Timeline.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * Checks what one session observed, in the order in which it did: the state that its answers show
 * never goes back, also across connections; each answer is right for such a state; and the event of
 * a watch comes exactly once, before any answer that shows its change or a later one.
 *
 * <p>For each answer there is a range of zxids of states that it fits. The check keeps the smallest
 * zxid that is possible for the state of the last answer.
 */
final class SessionOrder {
  private final Timeline timeline;
  private final String session;
  private final List<String> violations = new ArrayList<>();

  /** The watches of existing znodes, with the zxid of the state that the client knows. */
  private final Map<String, Long> dataWatches = new HashMap<>();

  private final Map<String, Long> childWatches = new HashMap<>();

  /**
   * The watches of missing znodes. If a znode is created and deleted while the client is not
   * connected, their event is lost, in ZooKeeper too.
   */
  private final Set<String> creationWatches = new HashSet<>();

  /** The state of the last answer has at least this zxid. */
  private long low;

  private SessionOrder(Timeline timeline, long session) {
    this.timeline = timeline;
    this.session = "session " + Long.toHexString(session) + ": ";
  }

  /** The violations found; empty if there are none. */
  static List<String> violations(Timeline timeline, SessionHistory history) {
    SessionOrder order = new SessionOrder(timeline, history.id());
    for (Note note : history.notes()) {
      if (note instanceof Answered answered) {
        order.follow(answered.request(), answered.answer());
      } else if (note instanceof Told told) {
        order.follow(told);
      }
    }
    return order.violations;
  }

  private void follow(Request request, Answer answer) {
    if (answer.isUnknown() || answer.isNoSpace()) {
      return;
    }
    switch (request.kind()) {
      case WRITE -> followWrite(request, answer);
      case DATA, EXISTS -> followRead(request, answer);
      case CHILDREN -> followChildren(request, answer);
      case SYNC -> {}
    }
    compareWatches(request, answer);
    if (request.watch()) {
      arm(request, answer);
    }
  }

  private void followWrite(Request request, Answer answer) {
    if (answer.isRefusal()) {
      advance(Changes.firstRefusal(timeline, request.steps(), low), "was refused", request, answer);
    } else if (answer.zxid() != 0) {
      if (answer.zxid() < low) {
        violations.add(
            session + "after an answer or event of zxid " + low + ": " + request + answer);
      }
      low = Math.max(low, answer.zxid());
    } else {
      advance(
          Changes.firstDeletion(timeline, request.steps().get(0).path(), low),
          "did not happen",
          request,
          answer);
    }
  }

  private void followRead(Request request, Answer answer) {
    Stat stat = answer.stat();
    if (stat == null) {
      advance(
          Changes.firstAbsence(timeline, request.path(), low),
          "is wrong, the znode exists",
          request,
          answer);
      return;
    }
    State state = timeline.at(request.path(), stat.getMzxid());
    boolean same =
        state.exists()
            && state.modified() == stat.getMzxid()
            && (state.created() == 0 || state.created() == stat.getCzxid())
            && (state.version() == Timeline.UNKNOWN_VERSION
                || state.version() == stat.getVersion());
    if (!state.isUnknown() && !same) {
      violations.add(session + "never was so, but " + state + ": " + request + answer);
    }
    advanceWithin(stat.getMzxid(), zxid -> timeline.next(request.path(), zxid), request, answer);
  }

  private void followChildren(Request request, Answer answer) {
    Stat stat = answer.stat();
    if (stat == null) {
      return; // the parents exist during the whole round
    }
    Set<String> names = new HashSet<>(answer.names());
    for (String path : timeline.everChildren(request.path())) {
      String name = path.substring(request.path().length() + 1);
      State state = timeline.at(path, stat.getPzxid());
      if (!state.isUnknown() && state.exists() != names.contains(name)) {
        violations.add(session + "never was so, " + path + " was " + state + ": " + answer);
      }
    }
    advanceWithin(
        stat.getPzxid(), zxid -> timeline.nextOfChildren(request.path(), zxid), request, answer);
  }

  /** The answer shows a state from this zxid on, until the next change of what was read. */
  private void advanceWithin(
      long zxid, LongUnaryOperator nextChange, Request request, Answer answer) {
    long next = nextChange.applyAsLong(zxid);
    if (low >= next) {
      violations.add(
          session
              + "changed at zxid "
              + next
              + ", but the state of zxid "
              + low
              + " was shown before: "
              + request
              + answer);
    }
    low = Math.max(low, zxid);
  }

  private void advance(long zxid, String problem, Request request, Answer answer) {
    if (zxid == Timeline.NEVER) {
      violations.add(
          session + problem + " in any state from zxid " + low + " on: " + request + answer);
    } else {
      low = zxid;
    }
  }

  // ---- watches ----

  private void arm(Request request, Answer answer) {
    Stat stat = answer.stat();
    if (stat == null) {
      if (request.kind() == Request.Kind.EXISTS) {
        creationWatches.add(request.path());
      }
    } else if (request.kind() == Request.Kind.CHILDREN) {
      childWatches.put(request.path(), stat.getPzxid());
    } else {
      dataWatches.put(request.path(), stat.getMzxid());
    }
  }

  /** No watch may wait for an event whose change the session has already seen. */
  private void compareWatches(Request request, Answer answer) {
    dataWatches
        .entrySet()
        .removeIf(
            watch ->
                isLate(
                    watch.getKey(),
                    timeline.next(watch.getKey(), watch.getValue()),
                    request,
                    answer));
    childWatches
        .entrySet()
        .removeIf(
            watch ->
                isLate(
                    "children of " + watch.getKey(),
                    timeline.nextOfChildren(watch.getKey(), watch.getValue()),
                    request,
                    answer));
  }

  private boolean isLate(String watch, long next, Request request, Answer answer) {
    if (low < next) {
      return false;
    }
    violations.add(
        "%swas not told of the change of %s at zxid %d, but shown a state of zxid %d or later: %s%s"
            .formatted(session, watch, next, low, request, answer));
    return true;
  }

  private void follow(Told told) {
    if (told.zxid() > 0 && told.zxid() < low) {
      violations.add(session + "was shown the state of zxid " + low + " before " + told);
    }
    if (told.type() == EventType.NodeChildrenChanged) {
      compare(
          told,
          childWatches.remove(told.path()),
          armed -> timeline.nextOfChildren(told.path(), armed));
      return;
    }
    boolean creation = creationWatches.remove(told.path());
    Long armed = dataWatches.remove(told.path());
    if (creation) {
      // It may have been the event of either watch.
      low = Math.max(low, told.zxid());
      return;
    }
    compare(told, armed, zxid -> timeline.next(told.path(), zxid));
  }

  /**
   * @param armed the zxid of the state that the client knew; null if there was no watch
   */
  private void compare(Told told, @Nullable Long armed, LongUnaryOperator nextChange) {
    if (armed == null) {
      violations.add(session + "had no watch for " + told);
      return;
    }
    long next = nextChange.applyAsLong(armed);
    if (told.zxid() <= 0 && timeline.hasGap(armed, next)) {
      return; // the change may be one that nobody reported
    }
    long zxid = told.zxid() > 0 ? told.zxid() : next;
    if (zxid == Timeline.NEVER || isWrong(told, next)) {
      violations.add(session + "the next change was at zxid " + next + ", but it was told " + told);
    }
    if (zxid != Timeline.NEVER) {
      low = Math.max(low, zxid);
    }
  }

  /** Whether an event with a zxid is not that of the next change, although all are known. */
  private boolean isWrong(Told told, long next) {
    if (told.zxid() <= 0) {
      return false;
    }
    if (told.zxid() != next) {
      return !timeline.hasGap(0, told.zxid());
    }
    return told.type() != EventType.NodeChildrenChanged
        && timeline.changes().getOrDefault(next, List.of()).stream()
            .noneMatch(
                change -> change.path().equals(told.path()) && type(change.kind()) == told.type());
  }

  /** The event of a change. */
  static EventType type(Kind kind) {
    return switch (kind) {
      case CREATED -> EventType.NodeCreated;
      case SET -> EventType.NodeDataChanged;
      case DELETED -> EventType.NodeDeleted;
    };
  }
}
