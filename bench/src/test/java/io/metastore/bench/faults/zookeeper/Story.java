package io.metastore.bench.faults.zookeeper;

import io.metastore.bench.faults.zookeeper.Change.Kind;
import io.metastore.bench.faults.zookeeper.Note.Answered;
import io.metastore.bench.faults.zookeeper.Note.Told;
import io.metastore.bench.faults.zookeeper.Timeline.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;

/**
 * Builds the changes of a round and what its sessions observed. Each answer takes one nanosecond.
 */
final class Story {
  static final Tree TREE = new Tree("/t");
  static final String NODE = TREE.node(0);

  private final List<Change> changes = new ArrayList<>();
  private final Map<Long, Long> arrivals = new HashMap<>();
  private final Map<Long, List<Note>> sessions = new HashMap<>();
  private final Map<Long, Integer> numbers = new HashMap<>();
  private long clock;

  /** A change that a watch reported. */
  Story change(long zxid, Kind kind, String path) {
    changes.add(new Change(zxid, kind, path));
    arrivals.put(zxid, clock);
    return this;
  }

  /** A write that succeeded, with the changes that it made. */
  Story write(long session, long zxid, Step... steps) {
    for (Step step : steps) {
      switch (step.kind()) {
        case SET -> change(zxid, Kind.SET, step.path());
        case DELETE -> change(zxid, Kind.DELETED, step.path());
        case CHECK -> {}
        default -> change(zxid, Kind.CREATED, step.path());
      }
    }
    return answer(session, Code.OK, zxid, steps);
  }

  /** An answer to a write. */
  Story answer(long session, Code code, long zxid, Step... steps) {
    Request request = request(session, Request.Kind.WRITE, "", List.of(steps), false);
    return note(
        session,
        new Answered(request, new Answer(code, zxid, null, "", List.of(), false, ++clock)));
  }

  /** A read that found a version of the data. */
  Story read(
      long session, boolean watch, boolean synced, long created, long modified, int version) {
    Stat stat = new Stat();
    stat.setCzxid(created);
    stat.setMzxid(modified);
    stat.setVersion(version);
    return read(session, watch, synced, stat, "");
  }

  /** A read that found data. */
  Story read(long session, boolean watch, boolean synced, Stat stat, String data) {
    Request request = request(session, Request.Kind.DATA, NODE, List.of(), watch);
    return note(
        session,
        new Answered(request, new Answer(Code.OK, 0, stat, data, List.of(), synced, ++clock)));
  }

  /** A read that found nothing. */
  Story readNothing(long session) {
    Request request = request(session, Request.Kind.EXISTS, NODE, List.of(), false);
    return note(
        session,
        new Answered(request, new Answer(Code.NONODE, 0, null, "", List.of(), false, ++clock)));
  }

  /** The event of a watch. */
  Story told(long session, EventType type, long zxid) {
    return told(session, type, NODE, zxid);
  }

  /** The event of a watch. */
  Story told(long session, EventType type, String path, long zxid) {
    return note(session, new Told(type, path, zxid));
  }

  Story note(long session, Note note) {
    sessions.computeIfAbsent(session, id -> new ArrayList<>()).add(note);
    return this;
  }

  private Request request(
      long session, Request.Kind kind, String path, List<Step> steps, boolean watch) {
    int number = numbers.merge(session, 1, Integer::sum);
    return new Request(session, number, kind, path, steps, watch, ++clock);
  }

  /** Everything is known. */
  Timeline timeline() {
    return new Timeline(List.of(span("w", 0, 1_000)), new ArrayList<>());
  }

  Span span(String watch, long from, long to) {
    return new Span(
        watch,
        from,
        to,
        changes.stream().filter(change -> change.zxid() > from && change.zxid() <= to).toList(),
        arrivals);
  }

  List<SessionHistory> histories() {
    return sessions.keySet().stream().map(session -> history(session, 0, 0)).toList();
  }

  SessionHistory history(long session, long promisedNanos, long closingNanos) {
    return new SessionHistory(
        session, sessions.getOrDefault(session, List.of()), promisedNanos, closingNanos, 0);
  }
}
