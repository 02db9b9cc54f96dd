package io.metastore.bench.faults.zookeeper;

import java.util.List;
import java.util.function.LongPredicate;

/** Searches a {@link Timeline} for states. A state that is not known fits everything. */
final class Changes {
  private Changes() {}

  /** The first zxid from {@code from} on where the steps are refused; {@link Timeline#NEVER}. */
  static long firstRefusal(Timeline timeline, List<Step> steps, long from) {
    return first(
        timeline,
        steps.stream().map(Step::path).toList(),
        from,
        zxid ->
            steps.stream()
                .anyMatch(
                    step -> {
                      Timeline.State state = timeline.at(step.path(), zxid);
                      return step.isSurelyRefused(state) || mayBeRefused(step, state);
                    }));
  }

  private static boolean mayBeRefused(Step step, Timeline.State state) {
    return state.isUnknown()
        || (step.version() != Step.ANY_VERSION && state.version() == Timeline.UNKNOWN_VERSION);
  }

  /** The first zxid from {@code from} on where the znode does not exist. */
  static long firstAbsence(Timeline timeline, String path, long from) {
    return first(
        timeline,
        List.of(path),
        from,
        zxid -> timeline.at(path, zxid).isAbsent() || timeline.at(path, zxid).isUnknown());
  }

  /** The first zxid from {@code from} on at which the znode was deleted. */
  static long firstDeletion(Timeline timeline, String path, long from) {
    long zxid = timeline.next(path, from - 1);
    while (zxid != Timeline.NEVER && !timeline.at(path, zxid).isAbsent()) {
      zxid = timeline.next(path, zxid);
    }
    return Math.min(zxid, timeline.firstUnknown(from));
  }

  /**
   * The first zxid from {@code from} on, of those where one of the paths changes or may change,
   * that fits.
   */
  private static long first(Timeline timeline, List<String> paths, long from, LongPredicate fits) {
    long zxid = from;
    while (zxid != Timeline.NEVER && !fits.test(zxid)) {
      long after = zxid;
      long next =
          paths.stream().mapToLong(path -> timeline.next(path, after)).min().orElse(Timeline.NEVER);
      zxid = Math.min(next, timeline.firstUnknown(after + 1));
    }
    return zxid;
  }
}
