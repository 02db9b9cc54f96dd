package io.metastore.bench.faults.zookeeper;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Checks that there is one leader at a time: at the zxid of each write that only the leader may do,
 * the writer's candidate exists, and none with a smaller number does.
 */
final class LatchOrder {
  private LatchOrder() {}

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
    List<String> violations = new ArrayList<>();
    sessions.stream()
        .flatMap(SessionHistory::answers)
        .forEach(
            answered -> {
              Request request = answered.request();
              Long zxid = effects.get(request.id());
              if (zxid != null && isGuarded(request, tree)) {
                compare(timeline, tree, request, zxid, violations);
              }
            });
    return violations;
  }

  private static boolean isGuarded(Request request, Tree tree) {
    return request.steps().stream().anyMatch(step -> step.path().equals(tree.guarded()));
  }

  private static void compare(
      Timeline timeline, Tree tree, Request request, long zxid, List<String> violations) {
    String own = request.steps().get(0).path();
    if (timeline.at(own, zxid).isAbsent()) {
      violations.add("at zxid " + zxid + " wrote without being a candidate: " + request);
    }
    for (String other : timeline.everChildren(tree.latch())) {
      if (LatchClient.number(other) < LatchClient.number(own)
          && timeline.at(other, zxid).exists()) {
        violations.add("at zxid " + zxid + " " + other + " led, but wrote " + request);
      }
    }
  }
}
