package io.metastore.bench.faults.zookeeper;

import io.metastore.bench.faults.zookeeper.Change.Kind;
import io.metastore.bench.faults.zookeeper.Note.Answered;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Checks that ephemeral znodes go exactly with their session: all in one revision, not before the
 * session may end, and nothing of the session happens afterwards.
 */
final class EphemeralOrder {
  private final Timeline timeline;
  private final List<String> violations = new ArrayList<>();

  /** When the ephemeral znodes of a session changed, except those that a client deleted. */
  private static final class Owned {
    final TreeSet<Long> created = new TreeSet<>();
    final TreeSet<Long> deleted = new TreeSet<>();
    final Set<String> left = new HashSet<>();
  }

  private EphemeralOrder(Timeline timeline) {
    this.timeline = timeline;
  }

  /**
   * The violations found; empty if there are none.
   *
   * @param effects the zxids of the writes that happened, by the ID of the request
   */
  static List<String> violations(
      Timeline timeline,
      Tree tree,
      Collection<SessionHistory> sessions,
      Map<String, Long> effects) {
    EphemeralOrder order = new EphemeralOrder(timeline);
    Map<Long, Owned> owners = order.owners(tree, deletedByClients(sessions));
    for (SessionHistory session : sessions) {
      Owned owned = owners.get(session.id());
      if (owned != null) {
        order.compare(session, owned, effects);
      }
    }
    return order.violations;
  }

  /** The znodes that a client tried to delete. */
  private static Set<String> deletedByClients(Collection<SessionHistory> sessions) {
    Set<String> paths = new HashSet<>();
    sessions.stream()
        .flatMap(SessionHistory::answers)
        .flatMap(answered -> answered.request().steps().stream())
        .filter(step -> step.kind() == Step.Kind.DELETE)
        .forEach(step -> paths.add(step.path()));
    return paths;
  }

  private Map<Long, Owned> owners(Tree tree, Set<String> deletedByClients) {
    Map<Long, Owned> owners = new HashMap<>();
    timeline.changes().values().stream()
        .flatMap(List::stream)
        .filter(change -> tree.isEphemeral(change.path()))
        .forEach(
            change -> {
              Owned owned =
                  owners.computeIfAbsent(Tree.ownerOf(change.path()), session -> new Owned());
              if (change.kind() == Kind.CREATED) {
                owned.created.add(change.zxid());
                owned.left.add(change.path());
              } else if (change.kind() == Kind.DELETED) {
                owned.left.remove(change.path());
                if (!deletedByClients.contains(change.path())) {
                  owned.deleted.add(change.zxid());
                }
              }
            });
    return owners;
  }

  private void compare(SessionHistory session, Owned owned, Map<String, Long> effects) {
    String name = "session " + Long.toHexString(session.id());
    if (!owned.left.isEmpty() && !timeline.hasGap(owned.created.first(), Timeline.NEVER)) {
      violations.add(name + " has ended, but left " + owned.left);
    }
    if (owned.deleted.size() > 1) {
      violations.add(name + " ended in several revisions: " + owned.deleted);
    }
    if (owned.deleted.isEmpty()) {
      return;
    }
    long end = owned.deleted.first();
    // The creations may be in a gap.
    if (!owned.created.isEmpty() && owned.created.last() > end) {
      violations.add(name + " ended at zxid " + end + ", and created a znode afterwards");
    }
    session
        .answers()
        .map(Answered::request)
        .filter(request -> effects.getOrDefault(request.id(), 0L) > end)
        .forEach(
            request -> violations.add(name + " ended at zxid " + end + ", and then: " + request));
    Long arrivalNanos = timeline.arrivalNanos(end);
    boolean closing =
        session.closingNanos() != 0
            && (arrivalNanos == null || session.closingNanos() < arrivalNanos);
    if (arrivalNanos != null && !closing) {
      compareTime(name + " ended at zxid " + end, session.promisedNanos(), arrivalNanos);
    }
    if (session.expiredNanos() != 0) {
      compareTime(name + " was told its end", session.promisedNanos(), session.expiredNanos());
    }
  }

  private void compareTime(String what, long promisedNanos, long nanos) {
    if (nanos < promisedNanos) {
      violations.add(
          "%s at least %d ms early"
              .formatted(what, TimeUnit.NANOSECONDS.toMillis(promisedNanos - nanos)));
    }
  }
}
